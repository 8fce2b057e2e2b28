// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.handler.PacketFilter.Verdict;
import io.tunloop.packet.IpHeader;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import org.junit.jupiter.api.Test;

class PacketFilterTest {
    private static final PacketMatch ANY = PacketMatch.any();

    @Test
    void shouldMatchPrefixesToTheBit() {
        ByteBuf packet =
                Packets.udp4(10).source("10.1.128.7").destination("10.2.0.9").build();
        assertThat(matches(ANY.from("10.1.128.0/17"), packet)).isTrue();
        assertThat(matches(ANY.from("10.1.0.0/17"), packet)).isFalse();
        assertThat(matches(ANY.from("10.1.128.7/32"), packet)).isTrue();
        assertThat(matches(ANY.from("10.1.128.6/32"), packet)).isFalse();
        assertThat(matches(ANY.from("0.0.0.0/0"), packet)).isTrue();
        assertThat(matches(ANY.to("10.2.0.0/16"), packet)).isTrue();
        assertThat(matches(ANY.to("10.1.0.0/16"), packet)).isFalse();
        assertThat(matches(ANY.from("::/0"), packet)).isFalse();
        packet.release();
    }

    @Test
    void shouldMatchIpv6PrefixesAndLookBehindExtensionHeaders() {
        ByteBuf packet = Packets.udp6(10)
                .source("fd00:1::1")
                .destination("fd00:2::9")
                .ports(5000, 53)
                .extension(0, 1)
                .build();
        assertThat(matches(ANY.to("fd00:2::/64").protocol(17).toPort(53), packet))
                .isTrue();
        assertThat(matches(ANY.to("fd00:1::/64"), packet)).isFalse();
        assertThat(matches(ANY.protocol(0), packet)).isFalse();
        assertThat(matches(ANY.from("0.0.0.0/0"), packet)).isFalse();
        packet.release();
    }

    @Test
    void shouldMatchProtocolsAndPorts() {
        ByteBuf packet = Packets.tcp4().ports(1000, 2000).build();
        assertThat(matches(ANY.protocol(6), packet)).isTrue();
        assertThat(matches(ANY.protocol(17), packet)).isFalse();
        assertThat(matches(ANY.fromPort(1000).toPort(2000), packet)).isTrue();
        assertThat(matches(ANY.fromPort(2000), packet)).isFalse();
        assertThat(matches(ANY.toPorts(1999, 2001), packet)).isTrue();
        assertThat(matches(ANY.fromPorts(1001, 65535), packet)).isFalse();
        packet.release();
    }

    /** A packet of a stream of fragments: the first has what its header tells, the later ones nothing of it. */
    private static final PacketSpec[] FIRST = {
        Packets.udp4(40).ports(1000, 53).fragment(0x2000),
        Packets.udp6(40).ports(1000, 53).fragmentHeader(1)
    };

    private static final PacketSpec[] LATER = {
        Packets.udp4(40).fragment(3), Packets.udp6(40).fragmentHeader(0x0018)
    };

    @Test
    void shouldDecideOverAFirstFragmentByItsPorts() {
        for (PacketSpec first : FIRST) {
            assertThat(passes(first, allow(ANY.toPort(53)))).isTrue();
            assertThat(passes(first, allow(ANY.toPort(54)))).isFalse();
            assertThat(passes(first, deny(ANY.toPort(53)))).isFalse();
            assertThat(passes(first, deny(ANY.toPort(54)))).isTrue();
        }
    }

    @Test
    void shouldLetLaterFragmentsFollowWhatAllowsTheirPorts() {
        for (PacketSpec later : LATER) {
            assertThat(passes(later, allow(ANY.protocol(17).toPort(53)))).isTrue();
            assertThat(passes(later, deny(ANY.protocol(17).toPort(53)))).isTrue();
            // What else a rule asks for is in every fragment.
            assertThat(passes(later, allow(ANY.protocol(6).toPort(53)))).isFalse();
            assertThat(passes(later, allow(ANY.from("192.0.2.0/24").toPort(53))))
                    .isFalse();
            assertThat(passes(later, deny(ANY.protocol(17)))).isFalse();
        }
    }

    @Test
    void shouldLetLaterFragmentsFollowWhereOnlyTheFirstTellsTheProtocol() {
        PacketSpec hidden = Packets.udp6(40).fragmentHeader(0x0018).afterExtension(60);
        assertThat(passes(hidden, allow(ANY.protocol(17)))).isTrue();
        assertThat(passes(hidden, deny(ANY.protocol(17)))).isTrue();
        assertThat(passes(hidden, deny(ANY.to("fd00:2::/64")))).isFalse();
    }

    @Test
    void shouldDropAFirstFragmentThatHidesThePortsFromARule() {
        for (PacketSpec first : FIRST) {
            for (int transportBytes = 0; transportBytes < 8; transportBytes++) {
                String what = "%d bytes of transport in %s".formatted(transportBytes, first);
                ByteBuf cut = cut(first, first.transportOffset() + transportBytes);
                assertThat(passes(cut, deny(ANY.toPort(53)))).as(what).isFalse();
                assertThat(passes(cut, deny(ANY.toPort(54)))).as(what).isFalse();
                assertThat(passes(cut, allow(ANY.toPort(53)))).as(what).isFalse();
                assertThat(passes(cut, deny(ANY.protocol(6).toPort(53))))
                        .as(what)
                        .isTrue();
                assertThat(passes(cut, allow(ANY.protocol(17)))).as(what).isTrue();
                cut.release();
            }
        }
    }

    /** The first bytes of a packet, as a packet of this length. */
    private static ByteBuf cut(PacketSpec spec, int bytes) {
        ByteBuf packet = spec.build().writerIndex(bytes);
        return spec.isV6()
                ? packet.setShort(IpHeader.V6_PAYLOAD_LENGTH_OFFSET, bytes - IpHeader.V6_BYTES)
                : packet.setShort(IpHeader.V4_TOTAL_LENGTH_OFFSET, bytes);
    }

    private static PacketFilter allow(PacketMatch match) {
        return PacketFilter.builder(IpOffset.PLAIN).allow(match).build(Verdict.DENY);
    }

    private static PacketFilter deny(PacketMatch match) {
        return PacketFilter.builder(IpOffset.PLAIN).deny(match).build(Verdict.ALLOW);
    }

    private static boolean passes(PacketSpec packet, PacketFilter filter) {
        ByteBuf bytes = packet.build();
        try {
            return passes(bytes, filter);
        } finally {
            bytes.release();
        }
    }

    private static boolean passes(ByteBuf packet, PacketFilter filter) {
        var channel = new EmbeddedChannel(filter);
        boolean passed = channel.writeInbound(packet.retain());
        assertThat(filter.invalid()).isZero();
        assertThat(filter.denied()).isEqualTo(passed ? 0 : 1);
        channel.finishAndReleaseAll();
        return passed;
    }

    @Test
    void shouldFindNoPortsInIcmp() {
        ByteBuf ping = Echo.v4("10.0.0.1", "10.0.0.2", 8);
        assertThat(matches(ANY.toPorts(0, 65535), ping)).isFalse();
        assertThat(matches(ANY.protocol(1), ping)).isTrue();
        ping.release();
    }

    private static boolean matches(PacketMatch match, ByteBuf packet) {
        return passes(packet, allow(match));
    }

    @Test
    void shouldLetTheFirstRuleThatMatchesDecide() {
        var filter = PacketFilter.builder(IpOffset.PLAIN)
                .deny(ANY.toPort(53))
                .allow(ANY.protocol(17))
                .build(Verdict.DENY);
        var channel = new EmbeddedChannel(filter);
        assertThat(channel.writeInbound(Packets.udp4(1).ports(1, 53).build())).isFalse();
        assertThat(channel.writeInbound(Packets.tcp4().build())).isFalse();
        assertThat(channel.writeInbound(Packets.udp4(1).ports(1, 54).build())).isTrue();
        channel.<ByteBuf>readInbound().release();
        assertThat(filter.denied()).isEqualTo(2);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldDropWhatIsNoSoundPacketAtEveryLength() {
        var filter = PacketFilter.builder(IpOffset.PLAIN).build(Verdict.ALLOW);
        var channel = new EmbeddedChannel(filter);
        for (ByteBuf whole : new ByteBuf[] {
            Packets.udp4(10).build(), Packets.udp6(10).extension(0, 1).build()
        }) {
            for (int length = 0; length < whole.readableBytes(); length++) {
                channel.writeInbound(whole.copy(0, length));
            }
            whole.release();
        }
        channel.writeInbound(Unpooled.directBuffer().writeByte(0x55).writeZero(40));
        channel.writeInbound("no packet");
        assertThat(channel.inboundMessages()).isEmpty();
        assertThat(filter.denied()).isZero();
        assertThat(filter.invalid()).isPositive();
        channel.finish();
    }

    @Test
    void shouldLookBehindAVirtioHeader() {
        var filter =
                PacketFilter.builder(IpOffset.VIRTIO).allow(ANY.protocol(17)).build(Verdict.DENY);
        var channel = new EmbeddedChannel(filter);
        ByteBuf packet = Packets.udp4(10).build();
        assertThat(channel.writeInbound(Unpooled.directBuffer().writeZero(10).writeBytes(packet)))
                .isTrue();
        packet.release();
        channel.<ByteBuf>readInbound().release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldNameTheRuleThatAnArgumentBreaks() {
        assertThatThrownBy(() -> ANY.protocol(256)).hasMessage("protocol must be 0..255: 256");
        assertThatThrownBy(() -> ANY.toPorts(9, 8)).hasMessage("ports must be 0..65535 in order: 9..8");
        assertThatThrownBy(() -> ANY.from("10.0.0.0")).hasMessageContaining("prefix length");
    }
}
