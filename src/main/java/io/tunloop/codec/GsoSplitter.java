// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.internal.Addresses;
import io.tunloop.internal.DirectCopy;
import io.tunloop.internal.VnetHeaderChannel;
import io.tunloop.packet.Checksum;
import io.tunloop.packet.PacketBatch;
import io.tunloop.packet.VirtioNetHeader;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Splits one frame of an offloaded device into the wire packets it stands for, byte for byte as the kernel would.
 *
 * <pre>
 * BEFORE (1 buffer)                               AFTER (n buffers, or 1 PacketBatch of n packets)
 * +--------------+----------+-----------------+   +----------+------------+
 * | virtio 10 B  | IP + TCP | payload 64 KiB  |-->| IP + TCP | gso_size B |  ...
 * +--------------+----------+-----------------+   +----------+------------+
 * </pre>
 *
 * <p>Each buffer it fires is a complete, valid IP packet, ready for any socket. In {@linkplain Output#BATCHES batch mode}
 * a frame of several packets stays one message, whose packets are made when somebody asks; that is what a
 * {@link GroCoalescer} wants. A frame that is one packet is fired as it is, without its virtio header; a checksum that the
 * kernel left to be completed is completed in place, a read-only one in a copy.
 *
 * <p>Each packet has the room around it that the channel's reads have ({@code TUN_READ_HEADROOM}, {@code TUN_READ_TAILROOM}),
 * which is no other packet's.
 *
 * <p>Units: lengths in bytes.
 * Ownership: the frame is this handler's own, also to write into; what it fires belongs to the next handler.
 * Thread: the channel's event loop only; the counters may be read by any.
 * Errors: a frame that is not sound is dropped and counted; the channel stays open. So is one whose segments would have
 * more than 8 MiB of headers, which takes a long chain of IPv6 extension headers, and one for which there is no memory.
 * Source: linux/virtio_net.h, struct virtio_net_hdr; RFC 1071 for the checksum.
 */
public final class GsoSplitter extends ChannelInboundHandlerAdapter {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(GsoSplitter.class);

    /** As many as are usually on their way: each keeps 4 KiB of direct memory. */
    private static final int KEPT_BATCHES = 256;

    private static final String NO_MEMORY = "no direct memory for its packets";

    /** What is fired for a frame of several packets. */
    public enum Output {
        /** One {@link ByteBuf} per wire packet. */
        PACKETS,
        /** One {@link PacketBatch} per frame. */
        BATCHES
    }

    private final VnetHeaderCheck vnetHeader = new VnetHeaderCheck(this);
    private final Output output;
    private final FrameLayout layout = new FrameLayout();
    private final Pool<SplitFrame> batches = new Pool<>(KEPT_BATCHES, SplitFrame::new);
    private final AtomicLong packets = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    /** Fires one buffer per wire packet. */
    public GsoSplitter() {
        this(Output.PACKETS);
    }

    /** A splitter that fires what {@code output} says. */
    public GsoSplitter(Output output) {
        this.output = Objects.requireNonNull(output, "output");
    }

    /** The wire packets that all frames so far stood for. */
    public long packets() {
        return packets.getOpaque();
    }

    /** The frames dropped because they were not sound. */
    public long dropped() {
        return dropped.getOpaque();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        vnetHeader.check(ctx);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        try {
            vnetHeader.check(ctx);
        } catch (IllegalStateException plain) {
            ctx.fireExceptionCaught(plain);
            ctx.close();
            return;
        }
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf)) {
            ctx.fireChannelRead(message);
            return;
        }
        ByteBuf frame = (ByteBuf) message;
        String error = layout.parse(frame);
        if (error != null) {
            drop(frame, error);
        } else if (layout.isGso()) {
            split(ctx, frame);
        } else {
            pass(ctx, frame);
        }
    }

    private void drop(ByteBuf frame, String error) {
        int bytes = frame.readableBytes();
        frame.release();
        countDropped(bytes, error);
    }

    private void countDropped(int bytes, String error) {
        dropped.setOpaque(dropped.getPlain() + 1);
        if (dropped.getPlain() == 1) {
            LOGGER.warn("dropped a frame of {} bytes: {}; more of them are counted only", bytes, error);
        }
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf frame) {
        ByteBuf own;
        try {
            own = frame.isReadOnly() ? copy(ctx, frame) : frame;
        } catch (OutOfMemoryError starved) {
            drop(frame, NO_MEMORY);
            return;
        }
        count(1);
        ctx.fireChannelRead(wirePacket(own));
    }

    /** Takes the frame's place, and {@link #layout} is its own; the frame is released unless there is no memory. */
    private ByteBuf copy(ChannelHandlerContext ctx, ByteBuf frame) {
        ByteBuf copy = DirectCopy.withRoom(ctx, frame);
        frame.release();
        layout.parse(copy);
        return copy;
    }

    /** The packet without virtio header, its checksum completed. */
    private ByteBuf wirePacket(ByteBuf frame) {
        if (layout.needsChecksum()) {
            Checksum.complete(
                    frame, layout.packetIndex(), layout.packetBytes(), layout.checksumStart(), layout.checksumOffset());
        }
        // Says what is true from now on: a coalescer that finds it so writes both as they lie in memory.
        VirtioNetHeader.clear(frame, frame.readerIndex());
        return frame.skipBytes(VirtioNetHeader.BYTES);
    }

    private void split(ChannelHandlerContext ctx, ByteBuf frame) {
        int segments = layout.segments();
        SplitFrame batch;
        try {
            batch = splitFrame(ctx, frame);
        } catch (OutOfMemoryError starved) {
            drop(frame, NO_MEMORY);
            return;
        }
        count(segments);
        if (output == Output.BATCHES) {
            ctx.fireChannelRead(batch);
        } else {
            firePackets(ctx, batch);
        }
    }

    /** Owns the frame, unless it throws. */
    private SplitFrame splitFrame(ChannelHandlerContext ctx, ByteBuf frame) {
        ByteBufAllocator allocator = ctx.alloc();
        SplitFrame batch = batches.take();
        if (ctx.channel() instanceof VnetHeaderChannel channel) {
            batch.room(channel.readHeadroomBytes(), channel.readTailroomBytes());
        }
        return batch.init(Addresses.isNative(frame) ? frame : copy(ctx, frame), layout, allocator);
    }

    /** Some at a time: a handler may run this one again before it returns, and what it is done with is used again. */
    private void firePackets(ChannelHandlerContext ctx, SplitFrame batch) {
        int fired = 0;
        try {
            for (; fired < batch.size(); fired++) {
                ctx.fireChannelRead(batch.retainedPacket(fired));
            }
        } catch (OutOfMemoryError starved) {
            countDropped((int) batch.readableBytes(), NO_MEMORY);
        } finally {
            batch.release();
        }
    }

    private void count(int wirePackets) {
        packets.setOpaque(packets.getPlain() + wirePackets);
    }
}
