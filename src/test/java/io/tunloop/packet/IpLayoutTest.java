// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IpLayoutTest {
    private static final int DESTINATION_OPTIONS = 60;
    private static final int LATER_FRAGMENT = 0x00b8;
    private static final int FIRST_FRAGMENT = 1;

    private final IpLayout layout = new IpLayout();

    private boolean parse(PacketSpec spec) {
        ByteBuf packet = spec.build();
        try {
            return layout.parse(packet, 0, packet.readableBytes()) && layout.isWithin(packet.readableBytes());
        } finally {
            packet.release();
        }
    }

    @Test
    void shouldFindAddressesAndTransportOfBothVersions() {
        assertThat(parse(Packets.tcp4().payload(30).ipOptions(new byte[8]))).isTrue();
        assertThat(layout.isV6()).isFalse();
        assertThat(layout.isTcp()).isTrue();
        assertThat(layout.hasOptions()).isTrue();
        assertThat(layout.sourceOffset()).isEqualTo(12);
        assertThat(layout.destinationOffset()).isEqualTo(16);
        assertThat(layout.transportOffset()).isEqualTo(28);
        assertThat(layout.transportBytes()).isEqualTo(50);

        assertThat(parse(Packets.udp6(30).extension(DESTINATION_OPTIONS, 0))).isTrue();
        assertThat(layout.isV6()).isTrue();
        assertThat(layout.isUdp()).isTrue();
        assertThat(layout.hasOptions()).isFalse();
        assertThat(layout.sourceOffset()).isEqualTo(8);
        assertThat(layout.destinationOffset()).isEqualTo(24);
        assertThat(layout.transportOffset()).isEqualTo(48);
        assertThat(layout.transportBytes()).isEqualTo(38);
    }

    @Test
    void shouldLookBehindAnAuthenticationHeaderOfIpv6() {
        assertThat(parse(Packets.tcp6().payload(10).authenticationHeader())).isTrue();
        assertThat(layout.isAuthenticated()).isTrue();
        assertThat(layout.isTcp()).isTrue();
        assertThat(layout.transportOffset()).isEqualTo(64);

        assertThat(parse(Packets.tcp4())).isTrue();
        assertThat(layout.isAuthenticated()).isFalse();
    }

    @Test
    void shouldNotReadOnInALaterFragment() {
        // What looks like an options header there is payload: here one that would reach past the end.
        PacketSpec later = Packets.tcp6().ports(0x3cff, 0xffff).payload(40).fragmentHeader(LATER_FRAGMENT);
        assertThat(parse(later.afterExtension(DESTINATION_OPTIONS))).isTrue();
        assertThat(layout.isFragment()).isTrue();
        assertThat(layout.isLaterFragment()).isTrue();
        assertThat(layout.isTransportHidden()).isTrue();
        assertThat(layout.protocol()).isEqualTo(DESTINATION_OPTIONS);
        assertThat(layout.transportOffset()).isEqualTo(48);
    }

    @Test
    void shouldReadOnInAFirstFragment() {
        assertThat(parse(Packets.tcp6().payload(40).fragmentHeader(FIRST_FRAGMENT)))
                .isTrue();
        assertThat(layout.isFragment()).isTrue();
        assertThat(layout.isLaterFragment()).isFalse();
        assertThat(layout.isTransportHidden()).isFalse();
        assertThat(layout.isTcp()).isTrue();
    }

    @Test
    void shouldFindNoHeadersInAPacketThatIsCutWithinThem() {
        for (PacketSpec spec : new PacketSpec[] {
            Packets.tcp4().ipOptions(new byte[8]),
            Packets.tcp6().extension(0, 1),
            Packets.tcp6().fragmentHeader(FIRST_FRAGMENT),
            Packets.tcp6().authenticationHeader()
        }) {
            ByteBuf packet = spec.build();
            for (int bytes = 0; bytes < spec.transportOffset(); bytes++) {
                ByteBuf cut = packet.copy(0, bytes);
                assertThat(layout.parse(cut, 0, bytes))
                        .as("%s, %d bytes", spec, bytes)
                        .isFalse();
                cut.release();
            }
            assertThat(layout.parse(packet, 0, spec.transportOffset())).isTrue();
            assertThat(layout.isWithin(spec.transportOffset())).isFalse();
            assertThat(layout.isWithin(packet.readableBytes())).isTrue();
            packet.release();
        }
    }

    @Test
    void shouldNotBeWithinALengthThatLeavesNoRoomForItsHeaders() {
        ByteBuf packet = Packets.tcp6().extension(0, 1).build();
        packet.setShort(IpHeader.V6_PAYLOAD_LENGTH_OFFSET, 7);
        assertThat(layout.parse(packet, 0, packet.readableBytes())).isTrue();
        assertThat(layout.isWithin(packet.readableBytes())).isFalse();
        packet.release();
    }

    @Test
    void shouldReadNothingBehindTheBytesItIsGiven() {
        var random = new Random(7);
        var bytes = new byte[200];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(bytes);
            bytes[0] = (byte) (random.nextBoolean() ? 0x40 | random.nextInt(16) : 0x60);
            bytes[6] = (byte) new int[] {0, 43, 44, 51, 60, 6}[random.nextInt(6)];
            ByteBuf packet = Packets.direct(bytes);
            int length = random.nextInt(bytes.length + 1);
            ByteBuf cut = packet.slice(0, length);
            if (layout.parse(cut, 0, length)) {
                assertThat(layout.transportOffset()).isBetween(20, length);
            }
            packet.release();
        }
    }
}
