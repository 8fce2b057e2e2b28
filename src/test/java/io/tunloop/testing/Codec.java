// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.packet.PacketBatch;
import java.util.ArrayList;
import java.util.List;

/** Splitter and coalescer as functions on bytes, each call in a channel of its own. */
public final class Codec {
    private Codec() {}

    /** What the coalescer makes of wire packets between two flushes. */
    public static List<Frame> merge(List<byte[]> packets) {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        for (byte[] packet : packets) {
            channel.write(Packets.direct(packet));
        }
        channel.flush();
        return finish(channel);
    }

    /** What the coalescer makes of frames that a splitter in batch mode has split just before. */
    public static List<Frame> splitAndMerge(List<byte[]> frames) {
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        for (byte[] frame : frames) {
            splitter.writeInbound(Packets.direct(frame));
        }
        for (Object message = splitter.readInbound(); message != null; message = splitter.readInbound()) {
            channel.write(message);
        }
        assertThat(splitter.finish()).isFalse();
        channel.flush();
        return finish(channel);
    }

    private static List<Frame> finish(EmbeddedChannel channel) {
        List<Frame> frames = new ArrayList<>();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            frames.add(Frame.take(message));
        }
        assertThat(channel.finish()).isFalse();
        return frames;
    }

    /** The wire packets of a frame. */
    public static List<byte[]> split(byte[] frame) {
        return split(frame, GsoSplitter.Output.PACKETS);
    }

    /** The wire packets of a frame, by way of buffers or of a batch. */
    public static List<byte[]> split(byte[] frame, GsoSplitter.Output output) {
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter(output));
        channel.writeInbound(Packets.direct(frame));
        List<byte[]> packets = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            take(message, packets);
        }
        assertThat(channel.finish()).isFalse();
        return packets;
    }

    /** Adds the packets of what a splitter fires, and releases it. */
    public static void take(Object message, List<byte[]> packets) {
        if (message instanceof PacketBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                ByteBuf packet = batch.retainedPacket(i);
                assertThat(packet.readableBytes()).isEqualTo(batch.packetBytes(i));
                packets.add(Packets.take(packet));
            }
            batch.release();
        } else {
            packets.add(Packets.take((ByteBuf) message));
        }
    }

    /** The wire packets of all frames. */
    public static List<byte[]> splitAll(List<Frame> frames) {
        List<byte[]> packets = new ArrayList<>();
        frames.forEach(frame -> packets.addAll(split(frame.bytes())));
        return packets;
    }
}
