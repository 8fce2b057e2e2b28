// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.PlainChecksum;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
