// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.ECE;
import static io.tunloop.packet.TransportHeader.URG;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.List;

/**
 * A process that splits and merges frames which stand for as many packets as a frame can, and writes {@code packets} and
 * {@code heap}, the bytes that are in use afterwards, a line each: to be run with little memory.
 */
final class HostileFrames {
    private static final int FRAMES_PER_FLUSH = 8;
    private static final int ROUNDS = 2;

    private long written;

    private HostileFrames() {}

    static List<PacketSpec> wholes() {
        return List.of(
                Packets.tcp4(ACK | ECE, 40_000, 1),
                Packets.tcp4(ACK | URG, 40_000, 1).urgent(1),
                Packets.tcp4(ACK, 40_000, 1).ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0),
                Packets.tcp6(ACK, 40_000, 1).routing(0, 1, "fd00:9::9", "fd00:9::9"),
                Packets.udp4(40_000),
                Packets.tcp6(ACK, 2_000, 1).extensionChain(2, 2_000));
    }

    public static void main(String[] arguments) {
        GsoSplitter.Output output = GsoSplitter.Output.valueOf(arguments[0]);
        HostileFrames frames = new HostileFrames();
        for (int round = 0; round < ROUNDS; round++) {
            wholes().forEach(whole -> frames.pass(whole, output));
        }
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.println("packets " + frames.written);
        System.out.println("heap " + (runtime.totalMemory() - runtime.freeMemory()));
    }

    private void pass(PacketSpec whole, GsoSplitter.Output output) {
        EmbeddedChannel writer = new EmbeddedChannel(new CountWritten(), new GroCoalescer());
        EmbeddedChannel reader = new EmbeddedChannel(new GsoSplitter(output), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                writer.write(message, writer.unsafe().voidPromise());
            }
        });
        ByteBuf frame = whole.frame(1);
        for (int i = 0; i < FRAMES_PER_FLUSH; i++) {
            reader.writeInbound(frame.copy());
        }
        frame.release();
        writer.flush();
        writer.runPendingTasks();
        if (reader.finish() | writer.finish()) {
            throw new AssertionError("messages are left over");
        }
    }

    private final class CountWritten extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            written += ((MergedPacket) message).parts();
            ReferenceCountUtil.release(message);
        }
    }
}
