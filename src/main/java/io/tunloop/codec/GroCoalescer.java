// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.internal.Addresses;
import io.tunloop.packet.PacketBatch;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Merges wire packets into as few frames of an offloaded device as the kernel's own GRO would, or a few more.
 *
 * <pre>
 * BEFORE (n buffers, or a PacketBatch)          AFTER flush (1 GatheredPacket)
 * +----------+------------+                     +--------------+----------+-----------------+
 * | IP + TCP | gso_size B |  ...             -->| virtio 10 B  | IP + TCP | payload 64 KiB  |
 * +----------+------------+                     +--------------+----------+-----------------+
 * </pre>
 *
 * <p>Two packets merge only if splitting restores both byte for byte. Packets of one flow are never reordered: one that
 * cannot merge ends its flow's group. Groups leave on flush, in the order of their first packets. A packet that stays
 * alone leaves unchanged behind an all-zero virtio header. Payload is not copied, and checksums are verified only of
 * packets that would merge and that no {@link GsoSplitter} of this process has just made.
 *
 * <p>When the kernel refuses a merged packet, the channel writes its parts, and this handler merges that kind no more.
 *
 * <p>Units: lengths in bytes.
 * Ownership: takes {@link ByteBuf} (one wire packet, without virtio header) and {@link PacketBatch}; holds each until the
 * frame it went into is written. Other messages pass, behind everything written before them.
 * Thread: the channel's event loop only; the counters may be read by any.
 * Errors: a packet that is none of IPv4 or IPv6 is passed on; the kernel refuses it.
 * Source: linux net/core/gro.c.
 */
public final class GroCoalescer extends ChannelOutboundHandlerAdapter {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(GroCoalescer.class);

    private final List<MergedPacket> groups = new ArrayList<>();
    private final FlowTable flows = new FlowTable();
    private final WirePacket wire = new WirePacket();
    private final WirePacket scratch = new WirePacket();
    private final Pool<MergedPacket> pool = new Pool<>(own -> new MergedPacket(this, own));
    private final Set<MergeKind> kinds = EnumSet.allOf(MergeKind.class);
    private final AtomicLong packets = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    // Where the packet at hand belongs in the flow table.
    private int flowSlot;
    private int flowHash;
    // The groups that are known to be closed, counted from the first.
    private int closedGroups;

    /** The wire packets taken so far. */
    public long packets() {
        return packets.getOpaque();
    }

    /** The frames that they have become. */
    public long frames() {
        return frames.getOpaque();
    }

    /** The merged frames that the kernel has refused; each kind is merged no more after its first. */
    public long refusals() {
        return refusals.getOpaque();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof SplitFrame frame) {
            writeFrame(ctx, frame, promise);
        } else if (message instanceof ByteBuf packet) {
            writePacket(ctx, packet, promise, pendingWrite(promise));
        } else if (message instanceof PacketBatch batch) {
            writeBatch(ctx, batch, promise);
        } else {
            emit(ctx);
            ctx.write(message, promise);
        }
    }

    private static PendingWrite pendingWrite(ChannelPromise promise) {
        return promise.isVoid() ? null : new PendingWrite(promise);
    }

    private void writeBatch(ChannelHandlerContext ctx, PacketBatch batch, ChannelPromise promise) {
        PendingWrite pending = pendingWrite(promise);
        try {
            for (int i = 0; i < batch.size(); i++) {
                writePacket(ctx, batch.retainedPacket(i), promise, pending);
            }
        } finally {
            batch.release();
        }
    }

    private void writeFrame(ChannelHandlerContext ctx, SplitFrame frame, ChannelPromise promise) {
        PendingWrite pending = pendingWrite(promise);
        count(packets, frame.size());
        MergedPacket group = null;
        // A header longer than those that merge is not made for its own sake.
        boolean whole = frame.headerBytes() > GroupHeader.MAX_BYTES;
        for (int i = 0; whole && i < frame.size(); i++) {
            writePacket(ctx, frame.retainedPacket(i), promise, pending);
        }
        for (int i = 0; !whole && i < frame.size(); i++) {
            // The segment behind one that is in the group differs in few fields from it, and those between in none that
            // matter: no need to read them.
            if (group != null && group.continues(frame, i)) {
                group.append(frame, i);
                i += group.appendAlike(frame, i + 1);
                continue;
            }
            group = writeSegment(ctx, frame, i);
            group.addWrite(promise, pending);
        }
        frame.release();
    }

    private MergedPacket writeSegment(ChannelHandlerContext ctx, SplitFrame frame, int index) {
        int headerBytes = frame.headerBytes();
        int start = frame.header(index);
        wire.parse(frame.headers(), start, headerBytes + frame.payloadBytes(index), true);
        MergedPacket last = lastGroup();
        boolean mergeable = isMergeable();
        if (mergeable && last != null && last.continues(wire) && last.isFirstChecksumValid(scratch)) {
            last.append(frame, index);
            return last;
        }
        MergedPacket group = newGroup(ctx, last, mergeable);
        if (mergeable) {
            group.begin(frame, index, wire);
        } else {
            group.beginAlone(frame, index, wire);
        }
        return group;
    }

    private void writePacket(ChannelHandlerContext ctx, ByteBuf message, ChannelPromise promise, PendingWrite pending) {
        ByteBuf packet = nativePacket(ctx, message);
        count(packets, 1);
        wire.parse(packet, packet.readerIndex(), packet.readableBytes(), false);
        MergedPacket group = lastGroup();
        boolean mergeable = isMergeable();
        if (mergeable && group != null && group.continues(wire) && group.isFirstChecksumValid(scratch)) {
            mergeable = wire.isTransportChecksumValid();
            if (mergeable) {
                group.append(packet, wire);
                group.addWrite(promise, pending);
                return;
            }
        }
        group = newGroup(ctx, group, mergeable);
        if (mergeable) {
            group.begin(packet, wire);
        } else {
            group.beginAlone(packet);
        }
        group.addWrite(promise, pending);
    }

    private static ByteBuf nativePacket(ChannelHandlerContext ctx, ByteBuf packet) {
        if (Addresses.isNative(packet)) {
            return packet;
        }
        ByteBuf copy = ctx.alloc().directBuffer(Math.max(1, packet.readableBytes()));
        copy.writeBytes(packet, packet.readerIndex(), packet.readableBytes());
        packet.release();
        return copy;
    }

    private boolean isMergeable() {
        return wire.isMergeable() && kinds.contains(wire.kind());
    }

    /** The last group of the packet's flow since the last flush, or null. */
    private MergedPacket lastGroup() {
        switch (wire.flow()) {
            case KNOWN:
                flowHash = wire.flowHash();
                flowSlot = flows.find(wire, flowHash);
                return flows.group(flowSlot);
            case ANY:
                closeAll();
                return null;
            default:
                return null;
        }
    }

    /** A group for a packet that does not go into its flow's last one: that one gets no more, or order would be lost. */
    private MergedPacket newGroup(ChannelHandlerContext ctx, MergedPacket last, boolean mergeable) {
        if (last != null) {
            last.close();
        }
        MergedPacket group = pool.take().init(ctx.alloc());
        groups.add(group);
        if (mergeable) {
            flows.put(flowSlot, flowHash, group);
        }
        return group;
    }

    private void closeAll() {
        for (; closedGroups < groups.size(); closedGroups++) {
            groups.get(closedGroups).close();
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        emit(ctx);
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        flush(ctx);
        ctx.close(promise);
    }

    @Override
    public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
        flush(ctx);
        ctx.disconnect(promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (!groups.isEmpty()) {
            flush(ctx);
        }
    }

    private void emit(ChannelHandlerContext ctx) {
        // The next handlers may write again from within write: such groups are emitted by the same loop.
        for (int i = 0; i < groups.size(); i++) {
            MergedPacket group = groups.get(i);
            group.finish();
            ctx.write(group, group.hasPendingWrites() ? group.promise(ctx.newPromise()) : group.voidPromise());
        }
        count(frames, groups.size());
        groups.clear();
        flows.clear();
        closedGroups = 0;
    }

    /** The kernel has refused a merged packet of this kind. */
    void refused(MergeKind kind) {
        refusals.setOpaque(refusals.getPlain() + 1);
        if (kinds.remove(kind)) {
            LOGGER.warn("the kernel refuses merged packets of kind {}: they are written one by one from now on", kind);
        }
    }

    private static void count(AtomicLong counter, int increment) {
        counter.setOpaque(counter.getPlain() + increment);
    }
}
