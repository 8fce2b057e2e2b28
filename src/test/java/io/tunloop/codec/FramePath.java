// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.testing.Packets;
import io.tunloop.testing.RoomyChannel;

/**
 * The way of one frame of 45 segments, which takes it again and again: for what is measured per frame.
 *
 * <pre>
 * frame ─► split ─► released
 * frame ─► split ─► header and tag written around each packet ─► released
 * frame ─► split ─► to the writer ─► coalesce ─► released
 * </pre>
 */
final class FramePath implements AutoCloseable {
    /** The segments of the frame. */
    static final int PACKETS = 45;

    private static final int SEGMENT_BYTES = 1_448;

    private final ByteBuf frame =
            Packets.tcp4(ACK, PACKETS * SEGMENT_BYTES, 1).timestamp(7).frame(SEGMENT_BYTES);
    private final EmbeddedChannel writer = new EmbeddedChannel(new ReleaseWritten(), new GroCoalescer());
    private final EmbeddedChannel reader;
    private final ChannelHandlerContext head;

    private FramePath(GsoSplitter.Output output, boolean coalesce) {
        reader = new EmbeddedChannel();
        head = addHandlers(output, coalesce ? new Write(writer) : new ReleaseRead());
    }

    private FramePath(int headroomBytes, int tailroomBytes) {
        reader = new RoomyChannel(headroomBytes, tailroomBytes);
        head = addHandlers(GsoSplitter.Output.PACKETS, new Encapsulate(headroomBytes, tailroomBytes));
    }

    private ChannelHandlerContext addHandlers(GsoSplitter.Output output, ChannelInboundHandler last) {
        reader.config().setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        reader.pipeline().addLast(new Head(), new GsoSplitter(output), last);
        return reader.pipeline().context(Head.class);
    }

    static FramePath split(GsoSplitter.Output output) {
        return new FramePath(output, false);
    }

    static FramePath splitAndCoalesce(GsoSplitter.Output output) {
        return new FramePath(output, true);
    }

    /** The packets get a header in front and a tag behind, in the room around them. */
    static FramePath splitAndEncapsulate(int headerBytes, int tagBytes) {
        return new FramePath(headerBytes, tagBytes);
    }

    /** Sends the frame along, as a read batch of its own. */
    void pass() {
        frame.setIndex(0, frame.writerIndex());
        head.fireChannelRead(frame.retain());
        head.fireChannelReadComplete();
    }

    @Override
    public void close() {
        frame.release();
        if (reader.finish() | writer.finish()) {
            throw new AssertionError("messages are left over");
        }
    }

    /** Lends its context, which is cheaper to fire at than an embedded channel. */
    private static final class Head extends ChannelInboundHandlerAdapter {}

    private static final class Write extends ChannelInboundHandlerAdapter {
        private final Channel writer;

        Write(Channel writer) {
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

    private static final class Encapsulate extends ChannelInboundHandlerAdapter {
        private final int headerBytes;
        private final int tagBytes;

        Encapsulate(int headerBytes, int tagBytes) {
            this.headerBytes = headerBytes;
            this.tagBytes = tagBytes;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf packet = (ByteBuf) message;
            int start = packet.readerIndex() - headerBytes;
            packet.setZero(start, headerBytes)
                    .readerIndex(start)
                    .writeZero(tagBytes)
                    .release();
        }
    }

    private static final class ReleaseRead extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }
    }

    private static final class ReleaseWritten extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {}
    }
}
