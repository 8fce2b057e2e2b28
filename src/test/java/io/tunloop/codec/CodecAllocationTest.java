// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import io.tunloop.testing.Packets;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the steady state splitter and coalescer make no garbage: 45 packets a frame, and not one byte per packet. */
class CodecAllocationTest {
    private static final int WARM_UP_FRAMES = 20_000;
    private static final int FRAMES = 20_000;
    private static final int PACKETS_PER_FRAME = 45;

    private ResourceLeakDetector.Level level;

    @BeforeEach
    void disableLeakDetection() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // Its records are garbage of their own.
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldAllocateNothingPerPacket() {
        ByteBuf frame =
                Packets.tcp4(ACK, PACKETS_PER_FRAME * 1_448, 1).timestamp(7).frame(1_448);
        EmbeddedChannel writer = new EmbeddedChannel(new Release(), new GroCoalescer());
        EmbeddedChannel reader = new EmbeddedChannel();
        reader.pipeline().addLast(new Head(), new GsoSplitter(GsoSplitter.Output.BATCHES), new ToWriter(writer));
        ChannelHandlerContext head = reader.pipeline().context(Head.class);

        forward(head, frame, WARM_UP_FRAMES);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        forward(head, frame, FRAMES);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat((double) allocated / (FRAMES * PACKETS_PER_FRAME))
                .as("bytes of garbage per packet")
                .isLessThan(0.1);
        frame.release();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    private static void forward(ChannelHandlerContext head, ByteBuf frame, int frames) {
        for (int i = 0; i < frames; i++) {
            frame.setIndex(0, frame.writerIndex());
            head.fireChannelRead(frame.retain());
            head.fireChannelReadComplete();
        }
    }

    private static final class Head extends ChannelInboundHandlerAdapter {}

    private static final class ToWriter extends ChannelInboundHandlerAdapter {
        private final EmbeddedChannel writer;

        ToWriter(EmbeddedChannel writer) {
            this.writer = writer;
        }

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
