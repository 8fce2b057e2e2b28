// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.testing.Packets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to split one frame of 45 segments, per frame.
 *
 * <pre>
 * PACKETS   frame of 65,212 B ─► split, 45 headers, 65,160 B copied and summed ─► 45 messages, released
 * BATCHES   frame of 65,212 B ─► split, 45 headers                             ─► 1 message, released
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Dio.netty.allocator.maxCachedBufferCapacity=131072", "-XX:+UseSerialGC"})
public class SplitBenchmark {
    @Param
    private GsoSplitter.Output output;

    private ByteBuf frame;
    private EmbeddedChannel channel;
    private ChannelHandlerContext head;

    @Setup
    public void open() {
        frame = Packets.tcp4(ACK, 45 * 1448, 1).timestamp(7).frame(1448);
        channel = new EmbeddedChannel();
        channel.config().setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        channel.pipeline().addLast(new Head(), new GsoSplitter(output), new Release());
        head = channel.pipeline().context(Head.class);
    }

    @Benchmark
    public void split() {
        frame.setIndex(0, frame.writerIndex());
        head.fireChannelRead(frame.retain());
    }

    @TearDown
    public void close() {
        channel.finishAndReleaseAll();
        frame.release();
    }

    /** Lends its context, which is cheaper to fire at than an embedded channel. */
    private static final class Head extends ChannelInboundHandlerAdapter {}

    private static final class Release extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
