// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPromise;
import io.tunloop.internal.Addresses;
import io.tunloop.internal.DirectCopy;
import io.tunloop.packet.PacketBatch;
import io.tunloop.packet.VirtioNetHeader;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The packets between two flushes, in the groups that they merge to. What a packet says does not decide how much is held:
 * when it {@link #isFull} the groups are to be written before more is added.
 *
 * <pre>
 *                 head               sealed                tail
 *                  v                   v                     v
 * ring     | ...   | waits to be written | may still get more  |   ... |
 * flows            |                     | last group per flow |
 * </pre>
 *
 * <p>Nothing here calls a handler.
 *
 * <p>Ownership: takes what is added, also where it throws; who {@linkplain #poll polls} a group owns it.
 * Thread: the channel's event loop; the counters may be read by any.
 */
final class Groups {
    /** The most groups that are held; a power of 2, and as many as a channel writes in one turn. */
    static final int MAX_GROUPS = 1024;

    /** The most that is held in packets, with what they keep from being used again. */
    static final int MAX_HELD_BYTES = 4 * 1024 * 1024;

    /** What a packet costs beside its bytes: its buffer object, and its places in a group. */
    private static final int PACKET_BYTES = 512;

    private final MergedPacket[] ring = new MergedPacket[MAX_GROUPS];
    private final FlowTable flows = new FlowTable(MAX_GROUPS);
    private final Pool<MergedPacket> pool;
    private final MergeKinds kinds = new MergeKinds();
    private final DirectMemory noOffload = new DirectMemory(VirtioNetHeader.BYTES);
    private final WirePacket wire = new WirePacket();
    private final WirePacket scratch = new WirePacket();
    private final AtomicLong packets = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    // Numbers of groups, which wrap; their places in the ring are the low bits. Before the open ones all are closed.
    private int head;
    private int sealed;
    private int open;
    private int tail;
    private long heldBytes;
    private int takenOfBatch;
    // Where the packet at hand belongs in the flow table.
    private int flowSlot;
    private int flowHash;

    /** @param fixedIds true if IPv4 packets with DF may have the same ID instead of increasing ones */
    Groups(boolean fixedIds) {
        pool = new Pool<>(MAX_GROUPS, own -> new MergedPacket(this, own, fixedIds));
    }

    long packets() {
        return packets.getOpaque();
    }

    long frames() {
        return frames.getOpaque();
    }

    long refusals() {
        return refusals.getOpaque();
    }

    boolean isEmpty() {
        return head == tail;
    }

    boolean isFull() {
        return tail - head == MAX_GROUPS || heldBytes >= MAX_HELD_BYTES;
    }

    /** The group behind all others; not where it {@link #isEmpty}. */
    MergedPacket last() {
        return group(tail - 1);
    }

    private MergedPacket group(int number) {
        return ring[number & MAX_GROUPS - 1];
    }

    /** Adds a packet. There must be room. */
    void add(ByteBufAllocator allocator, ByteBuf message, ChannelPromise promise, PendingWrite write) {
        ByteBuf packet = nativePacket(allocator, message);
        MergedPacket group;
        try {
            group = place(allocator, packet);
        } catch (Throwable cause) {
            packet.release();
            throw cause;
        }
        heldBytes += PACKET_BYTES + packet.capacity();
        group.addWrite(promise, write);
        count(packets, 1);
    }

    private static ByteBuf nativePacket(ByteBufAllocator allocator, ByteBuf packet) {
        if (Addresses.isNative(packet)) {
            return packet;
        }
        try {
            return DirectCopy.of(allocator, packet);
        } finally {
            packet.release();
        }
    }

    private MergedPacket place(ByteBufAllocator allocator, ByteBuf packet) {
        wire.parse(packet, packet.readerIndex(), packet.readableBytes(), false);
        MergedPacket last = lastGroup();
        boolean mergeable = isMergeable();
        if (mergeable && last != null && last.continues(wire) && last.isFirstChecksumValid(scratch)) {
            mergeable = wire.isTransportChecksumValid();
            if (mergeable) {
                last.append(packet, wire);
                return last;
            }
        }
        MergedPacket group = pool.take().init(allocator);
        if (mergeable) {
            group.begin(packet, wire);
        } else {
            group.beginAlone(packet);
        }
        return put(group, last, mergeable);
    }

    /**
     * Adds the packets of a batch from {@code from} on, until there is no room. The batch stays the caller's.
     *
     * @return the first packet that is not added
     */
    int add(ByteBufAllocator allocator, PacketBatch batch, int from, ChannelPromise promise, PendingWrite write) {
        // A header longer than those that merge is not made for its own sake.
        return batch instanceof SplitFrame frame && frame.headerBytes() <= GroupHeader.MAX_BYTES
                ? addSegments(allocator, frame, from, promise, write)
                : addPackets(allocator, batch, from, promise, write);
    }

    private int addPackets(
            ByteBufAllocator allocator, PacketBatch batch, int from, ChannelPromise promise, PendingWrite write) {
        takenOfBatch = from;
        while (takenOfBatch < batch.size() && !isFull()) {
            add(allocator, batch.retainedPacket(takenOfBatch), promise, write);
            takenOfBatch++;
        }
        return takenOfBatch;
    }

    private int addSegments(
            ByteBufAllocator allocator, SplitFrame frame, int from, ChannelPromise promise, PendingWrite write) {
        takenOfBatch = from;
        try {
            placeSegments(allocator, frame, from, promise, write);
        } finally {
            heldBytes += takenOfBatch == from ? 0 : frame.heldBytes();
            count(packets, takenOfBatch - from);
        }
        return takenOfBatch;
    }

    private void placeSegments(
            ByteBufAllocator allocator, SplitFrame frame, int from, ChannelPromise promise, PendingWrite write) {
        MergedPacket group = null;
        int next = from;
        while (next < frame.size()) {
            // The segment behind one that is in the group differs in few fields from it, and those between in none that
            // matter: no need to read them.
            if (group != null && group.continues(frame, next)) {
                group.append(frame, next++);
                next += group.appendAlike(frame, next);
                continue;
            }
            takenOfBatch = next;
            if (tail - head == MAX_GROUPS) {
                return;
            }
            group = place(allocator, frame, next++);
            group.addWrite(promise, write);
        }
        takenOfBatch = next;
    }

    /** What {@link #add(ByteBufAllocator, PacketBatch, int, ChannelPromise, PendingWrite)} would have returned if it threw. */
    int takenOfBatch() {
        return takenOfBatch;
    }

    private MergedPacket place(ByteBufAllocator allocator, SplitFrame frame, int index) {
        int start = frame.header(index);
        wire.parse(frame.headers(), start, frame.packetBytes(index), true);
        MergedPacket last = lastGroup();
        boolean mergeable = isMergeable();
        if (mergeable && last != null && last.continues(wire) && last.isFirstChecksumValid(scratch)) {
            last.append(frame, index);
            return last;
        }
        MergedPacket group = pool.take().init(allocator);
        if (mergeable) {
            group.begin(frame, index, wire);
        } else {
            group.beginAlone(frame, index, wire);
        }
        return put(group, last, mergeable);
    }

    private boolean isMergeable() {
        return wire.isMergeable() && kinds.isOn(wire.kind());
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

    /** Puts a group for a packet that does not go into its flow's last one: that one gets no more, or order would be lost. */
    private MergedPacket put(MergedPacket group, MergedPacket last, boolean mergeable) {
        if (last != null) {
            last.close();
        }
        ring[tail++ & MAX_GROUPS - 1] = group;
        if (mergeable) {
            flows.put(flowSlot, flowHash, group);
        }
        return group;
    }

    private void closeAll() {
        for (; open != tail; open++) {
            group(open).close();
        }
    }

    /** Makes all groups ready to be polled. What is added from now on begins groups of its own. */
    void seal() {
        count(frames, tail - sealed);
        sealed = tail;
        open = tail;
        heldBytes = 0;
        flows.clear();
        if (kinds.isAnyOff()) {
            kinds.retry(System.nanoTime());
        }
    }

    /** Takes the first group out, finished; null where there is none that is sealed. */
    MergedPacket poll() {
        if (head == sealed) {
            return null;
        }
        int place = head++ & MAX_GROUPS - 1;
        MergedPacket group = ring[place];
        ring[place] = null;
        group.finish();
        return group;
    }

    /** The kernel has taken a merged packet. */
    void written(MergeKind kind) {
        kinds.written(kind);
    }

    /** The kernel has refused a merged packet. */
    void refused(MergeKind kind) {
        count(refusals, 1);
        kinds.refused(kind, System.nanoTime());
    }

    /** Where an all-zero virtio header lies: what is before a packet that leaves as it came. */
    long noOffloadAddress() {
        return noOffload.address();
    }

    private static void count(AtomicLong counter, int increment) {
        counter.setOpaque(counter.getPlain() + increment);
    }
}
