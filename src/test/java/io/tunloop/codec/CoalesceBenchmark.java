// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
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
 * What it costs to split one frame of 45 segments and to merge them again, per frame.
 *
 * <pre>
 * BATCHES   frame ─► split ─► 1 PacketBatch ─► relay ─► coalesce, 45 headers compared           ─► header + payload
 * PACKETS   frame ─► split ─► 45 buffers    ─► relay ─► coalesce, 45 compared, 65,160 B summed  ─► header + 45 spans
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
public class CoalesceBenchmark {
    @Param
    private GsoSplitter.Output output;

    private ByteBuf frame;
    private EmbeddedChannel reader;
    private EmbeddedChannel writer;
    private ChannelHandlerContext head;

    @Setup
    public void open() {
        frame = Packets.tcp4(ACK, 45 * 1448, 1).timestamp(7).frame(1448);
        writer = new EmbeddedChannel(new Release(), new GroCoalescer());
        reader = new EmbeddedChannel();
        reader.config().setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        reader.pipeline().addLast(new Head(), new GsoSplitter(output), new ToWriter());
        head = reader.pipeline().context(Head.class);
    }

    @Benchmark
    public void splitAndCoalesce() {
        frame.setIndex(0, frame.writerIndex());
        head.fireChannelRead(frame.retain());
        head.fireChannelReadComplete();
    }

    @TearDown
    public void close() {
        reader.finishAndReleaseAll();
        writer.finishAndReleaseAll();
        frame.release();
    }

    private static final class Head extends ChannelInboundHandlerAdapter {}

    private final class ToWriter extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            writer.pipeline().write(message, writer.unsafe().voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            writer.pipeline().flush();
        }
    }

    private static final class Release extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {}
    }
}
