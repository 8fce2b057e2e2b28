// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.packet.TransportHeader.ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.codec.PacketCodec;
import io.tunloop.packet.PacketBatch;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What a message keeps from being used again, not what it says of itself. */
class MessageWeigherTest {
    private static final int READ_BUFFER_BYTES = 65_546;

    /** As it is read: in a buffer for the longest frame. */
    private static ByteBuf frame(PacketSpec packet, int gsoSize) {
        ByteBuf frame = packet.frame(gsoSize);
        try {
            return Unpooled.directBuffer(READ_BUFFER_BYTES, READ_BUFFER_BYTES).writeBytes(frame);
        } finally {
            frame.release();
        }
    }

    private static PacketBatch batch(PacketSpec packet, int gsoSize, boolean framed) {
        var channel = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        if (framed) {
            channel.pipeline().addLast(PacketCodec.ipBatches());
        }
        channel.writeInbound(frame(packet, gsoSize));
        PacketBatch batch = channel.readInbound();
        channel.finish();
        return batch;
    }

    @Test
    void shouldWeighTheObjectsOfAPacketOfOneByte() {
        ByteBuf packet = Unpooled.directBuffer(1, 1);
        assertThat(MessageWeigher.bytes(packet)).isEqualTo(1 + MessageWeigher.OBJECT_BYTES);
        assertThat(MessageWeigher.bytes("text")).isEqualTo(MessageWeigher.OBJECT_BYTES);
        packet.release();
    }

    @Test
    void shouldCountTheDatagramsOfOneSend() {
        for (int bytes : new int[] {1, 99, 100, 101, 450}) {
            var send = new SegmentedDatagramPacket(
                    Unpooled.directBuffer().writeZero(bytes), 100, InetSocketAddress.createUnresolved("remote", 1));
            assertThat(MessageWeigher.packets(send)).isEqualTo((bytes + 99) / 100);
            send.release();
        }
    }

    @Test
    void shouldWeighTheReadBufferThatASmallFramePins() {
        for (boolean framed : new boolean[] {false, true}) {
            PacketBatch batch = batch(Packets.tcp4(ACK, 200, 1), 100, framed);
            assertThat(MessageWeigher.bytes(batch)).isBetween(READ_BUFFER_BYTES, READ_BUFFER_BYTES + (8 << 10));
            batch.release();
        }
    }

    @Test
    void shouldWeighAFrameOfManySegmentsAsWhatItPinsNotAsWhatItStandsFor() {
        PacketBatch batch = batch(Packets.tcp4(ACK, 40_000, 1), 1, false);
        assertThat(batch.size()).isEqualTo(40_000);
        assertThat(MessageWeigher.packets(batch)).isEqualTo(40_000);
        assertThat(MessageWeigher.bytes(batch)).isBetween(READ_BUFFER_BYTES, READ_BUFFER_BYTES + (8 << 10));
        batch.release();
    }

    @Test
    void shouldWeighThePacketsThatSomebodyHasMade() {
        PacketBatch batch = batch(Packets.tcp4(ACK, 60_000, 1), 1000, false);
        int before = MessageWeigher.bytes(batch);
        batch.packet(0);
        assertThat(MessageWeigher.bytes(batch)).isGreaterThanOrEqualTo(before + 60_000);
        batch.release();
    }
}
