// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.PlainChecksum;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTest {
    private static final byte[] DATA = new byte[65_600];

    static {
        new Random(1).nextBytes(DATA);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSumAsThePlainReferenceDoes(boolean direct) {
        ByteBuf buf = direct ? Unpooled.directBuffer().writeBytes(DATA) : Unpooled.wrappedBuffer(DATA);
        for (int length = 0; length < 3_000; length++) {
            int index = length % 37;
            int expected = PlainChecksum.fold(PlainChecksum.sum(DATA, index, length) + 0x1fffe);
            assertThat(Checksum.sum(buf, index, length, 0x1fffe))
                    .as("%d bytes", length)
                    .isEqualTo(expected);
        }
        int whole = PlainChecksum.fold(PlainChecksum.sum(DATA, 0, DATA.length));
        assertThat(Checksum.sum(buf, 0, DATA.length, 0)).isEqualTo(whole);
        buf.release();
    }

    @Test
    void shouldSumTransportOfEveryKind() {
        PacketSpec[] specs = {
            Packets.tcp4().payload(1001),
            Packets.tcp6().payload(1000),
            Packets.udp4(33),
            Packets.udp6(1),
            Packets.tcp6().extension(60, 0).payload(5)
        };
        for (PacketSpec spec : specs) {
            ByteBuf direct = spec.build();
            ByteBuf heap = Unpooled.wrappedBuffer(spec.badTransportChecksum().bytes());
            int bytes = direct.readableBytes();
            int offset = spec.transportOffset();
            assertThat(Checksum.transport(direct, 0, bytes, offset, spec.protocol()))
                    .isEqualTo(Checksum.VALID);
            assertThat(Checksum.transport(heap, 0, bytes, offset, spec.protocol()))
                    .isNotEqualTo(Checksum.VALID)
                    .isEqualTo(PlainChecksum.transport(heap.array(), offset, spec.protocol()));
            direct.release();
        }
    }

    /** Packets whose source has routed them through others: named, with the final destination. */
    private static Map<String, PacketSpec> routed() {
        PacketSpec tcp = Packets.tcp6().payload(33);
        byte[] compressed = {0, 2, 3, 1, (byte) 0xee, 0x40, 0, 0, 0, 5, 0, 5, 0, 5, 0, 5, 0, 5, 0, 9, 0, 0, 0, 0};
        return Map.ofEntries(
                Map.entry("type 0", tcp.copy().routing(0, 1, "fd00:9::9", "fd00:7::7", "fd00:9::9")),
                Map.entry("type 2", tcp.copy().routing(2, 1, "fd00:9::9", "fd00:9::9")),
                Map.entry("type 3 without prefix", tcp.copy().routing(3, 2, "fd00:9::9", "fd00:7::7", "fd00:9::9")),
                Map.entry("type 3 with a prefix", tcp.copy().routing(compressed, "fd00:2::9")),
                Map.entry("type 4", tcp.copy().routing(4, 1, "fd00:9::9", "fd00:9::9", "fd00:7::7")),
                Map.entry("type 4 at its end", tcp.copy().routing(4, 0, null, "fd00:2::1", "fd00:7::7")),
                Map.entry("a type that is not known", tcp.copy().routing(77, 1, null, "fd00:9::9")),
                Map.entry("UDP", Packets.udp6(5).routing(0, 1, "fd00:9::9", "fd00:9::9")),
                Map.entry("loose", Packets.tcp4().sourceRoute(131, 4, "10.9.9.9", "10.7.7.7", "10.9.9.9")),
                Map.entry("strict", Packets.udp4(9).sourceRoute(137, 8, "10.9.9.9", "10.7.7.7", "10.9.9.9")),
                Map.entry("loose at its end", Packets.tcp4().sourceRoute(131, 12, null, "10.7.7.7", "10.9.9.9")),
                Map.entry("a record of the route", Packets.tcp4().sourceRoute(7, 4, null, "10.7.7.7", "10.9.9.9")));
    }

    private static Set<String> routes() {
        return routed().keySet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("routes")
    void shouldSumTheFinalDestinationOf(String route) {
        PacketSpec spec = routed().get(route);
        byte[] bytes = spec.bytes();
        int offset = spec.transportOffset();
        ByteBuf direct = Packets.direct(bytes);
        for (ByteBuf buf : List.of(direct, Unpooled.wrappedBuffer(bytes))) {
            assertThat(Checksum.transport(buf, 0, bytes.length, offset, spec.protocol()))
                    .isEqualTo(Checksum.VALID);
            assertThat(Checksum.transport(buf, 0, bytes.length, layout(buf))).isEqualTo(Checksum.VALID);
            int pseudo = Checksum.pseudoHeader(buf, 0, spec.protocol(), bytes.length - offset);
            assertThat(Checksum.sum(buf, offset, bytes.length - offset, pseudo)).isEqualTo(Checksum.VALID);
        }
        direct.release();
    }

    private static IpLayout layout(ByteBuf packet) {
        IpLayout layout = new IpLayout();
        assertThat(layout.parse(packet, 0, packet.readableBytes())).isTrue();
        return layout;
    }

    @Test
    void shouldSayWhereTheFinalDestinationIsNotKnown() {
        ByteBuf unknown = routed().get("a type that is not known").build();
        assertThat(Checksum.addresses(unknown, 0, layout(unknown))).isEqualTo(Checksum.UNKNOWN);
        unknown.release();
        ByteBuf without = Packets.tcp6().routing(0, 1, null).build();
        assertThat(Checksum.addresses(without, 0, layout(without))).isEqualTo(Checksum.UNKNOWN);
        without.release();
    }

    @Test
    void shouldTakeSourceRoutesThatMakeNoSenseForNone() {
        byte[][] options = {{(byte) 131, 0, 4, 0}, {(byte) 131, 40, 4, 0}, {(byte) 131, 3, 4, 0}, {1, 1, 1, (byte) 131}
        };
        for (byte[] each : options) {
            ByteBuf packet = Packets.tcp4().ipOptions(each).build();
            assertThat(Checksum.addresses(packet, 0, layout(packet))).isEqualTo(0x0a00 + 0x0101 + 0x0a00 + 0x0201);
            packet.release();
        }
    }

    @Test
    void shouldCompletePartialChecksum() {
        PacketSpec spec = Packets.tcp4().payload(100);
        ByteBuf frame = spec.frame(0);
        Checksum.complete(frame, 10, frame.readableBytes() - 10, 20, TransportHeader.TCP_CHECKSUM_OFFSET);
        assertThat(Packets.take(frame.skipBytes(10))).isEqualTo(spec.bytes());
    }

    @Test
    void shouldStoreAllOnesWhereUdpChecksumComputesToZero() {
        ByteBuf packet = Unpooled.directBuffer().writeZero(28).writeShort(0xffff);
        Checksum.complete(packet, 0, 30, 20, TransportHeader.UDP_CHECKSUM_OFFSET);
        assertThat(TransportHeader.udpChecksum(packet, 20)).isEqualTo(0xffff);
        packet.release();
    }

    @Test
    void shouldRefuseBytesOutsideTheBuffer() {
        ByteBuf buf = Unpooled.buffer(10, 10);
        assertThatThrownBy(() -> Checksum.sum(buf, 4, 7, 0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("7 bytes at 4 of 10");
    }

    @Test
    void shouldRefuseATransportHeaderThatIsNotInThePacket() {
        ByteBuf v4 = Packets.tcp4().build();
        ByteBuf v6 = Packets.tcp6().build();
        int bytes4 = v4.readableBytes();
        int bytes6 = v6.readableBytes();
        refuseTransport(v4, bytes4, bytes4 + 1);
        refuseTransport(v4, bytes4, 19);
        refuseTransport(v4, bytes4, -1);
        refuseTransport(v4, bytes4, Integer.MAX_VALUE);
        refuseTransport(v4, bytes4, Integer.MIN_VALUE);
        refuseTransport(v4, 19, 19);
        refuseTransport(v4, 0, 0);
        refuseTransport(v6, bytes6, 39);
        refuseTransport(v6, 39, 39);
        v4.release();
        v6.release();
    }

    private static void refuseTransport(ByteBuf packet, int bytes, int transportOffset) {
        assertThatThrownBy(() -> Checksum.transport(packet, 0, bytes, transportOffset, IpHeader.PROTOCOL_TCP))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("transportOffset must be");
    }

    @Test
    void shouldRefuseABufferThatIsReleased() {
        ByteBuf packet = Packets.tcp4().build();
        int bytes = packet.readableBytes();
        packet.release();
        assertThatThrownBy(() -> Checksum.sum(packet, 0, bytes, 0)).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(() -> Checksum.transport(packet, 0, bytes, IpHeader.V4_BYTES, IpHeader.PROTOCOL_TCP))
                .isInstanceOf(IllegalReferenceCountException.class);
    }
}
