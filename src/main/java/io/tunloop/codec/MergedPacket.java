// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCounted;
import io.tunloop.internal.Addresses;
import io.tunloop.internal.DirectCopy;
import io.tunloop.internal.LostWrites;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.VirtioNetHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packets of one flow on their way to be one: a group that grows until it is flushed, then a message of one writev.
 *
 * <pre>
 * sources  | SplitFrame, segments 0..44 | SplitFrame, 0..3 | ByteBuf |      who holds the payload
 * spans    | header | payloads 0..44 of the first frame | payloads 0..3 of the second | payload |
 * </pre>
 *
 * <p>Ownership: holds a reference of each source until it is released; then goes back to its pool.
 * Thread: the channel's event loop; may be released by any.
 */
final class MergedPacket extends GatheredPacket {
    /** The most spans that the kernel takes at once. Source: linux/uio.h, UIO_MAXIOV. */
    private static final int MAX_SPANS = 1024;

    /** A packet that stays alone has one source and two spans. */
    private static final int FIRST_SPANS = 2;

    /** What a pooled object keeps: enough for the most datagrams of a frame, or its segments at the least usual MTU. */
    private static final int USUAL_SPANS = 128;

    private final Groups groups;
    private final Pool<MergedPacket> pool;
    private final GroupHeader header;
    private List<PendingWrite> writes = new ArrayList<>(FIRST_SPANS);
    private ByteBufAllocator allocator;
    private ChannelPromise voidPromise;
    private Runnable whenReleased;

    private ReferenceCounted[] sources;
    private int[] firstPackets;
    private int[] packetCounts;
    private int sourceCount;

    private long[] addresses;
    private int[] lengths;
    private int spanCount;
    private int readableBytes;

    private boolean checksumKnown;
    private ByteBuf part;

    MergedPacket(Groups groups, Pool<MergedPacket> pool, boolean fixedIds) {
        this.groups = groups;
        this.pool = pool;
        header = new GroupHeader(fixedIds);
        allocateSpans();
        setRefCnt(0);
    }

    private void allocateSpans() {
        sources = new ReferenceCounted[FIRST_SPANS];
        firstPackets = new int[FIRST_SPANS];
        packetCounts = new int[FIRST_SPANS];
        addresses = new long[FIRST_SPANS];
        lengths = new int[FIRST_SPANS];
    }

    /** Begins a new life, without packets. */
    MergedPacket init(ByteBufAllocator newAllocator) {
        setRefCnt(1);
        allocator = newAllocator;
        header.clear();
        sourceCount = 0;
        spanCount = 1;
        return this;
    }

    /** Takes a packet that stays alone; the reference is this group's. */
    void beginAlone(ByteBuf packet) {
        addSource(packet, 0);
    }

    /** Takes a segment that stays alone. */
    void beginAlone(SplitFrame frame, int index, WirePacket packet) {
        header.begin(packet, frame.headerBytes());
        header.close();
        add(frame, index);
    }

    /** Takes the first packet of a group; the reference is this group's. */
    void begin(ByteBuf packet, WirePacket wire) {
        header.begin(wire, wire.headerBytes());
        checksumKnown = false;
        add(packet, wire);
    }

    /** Takes the first segment of a group. */
    void begin(SplitFrame frame, int index, WirePacket wire) {
        header.begin(wire, wire.headerBytes());
        checksumKnown = true;
        add(frame, index);
    }

    /** Takes another packet, that {@link #continues}; the reference is this group's. */
    void append(ByteBuf packet, WirePacket wire) {
        reserve();
        header.add(wire.buf(), wire.index(), wire.payloadBytes());
        add(packet, wire);
    }

    /** Takes another segment, that {@link #continues}. */
    void append(SplitFrame frame, int index) {
        reserve();
        int start = frame.header(index);
        header.add(frame.headers(), start, frame.payloadBytes(index));
        add(frame, index);
    }

    /**
     * Takes as many as there is room for of the segments from {@code index} on, but not the last one of the frame: where
     * the segment before them, itself not the first, has just been appended they continue it. The splitter has given them
     * its header, with the next sequence numbers and IDs; only the first segment may have CWR, only the last PSH and FIN
     * and another length.
     *
     * @return how many
     */
    int appendAlike(SplitFrame frame, int index) {
        int count = Math.min(frame.size() - 1 - index, header.room(frame.gsoSize()));
        if (count <= 0) {
            return 0;
        }
        header.addAlike(count);
        packetCounts[sourceCount - 1] += count;
        lengths[spanCount - 1] += count * frame.gsoSize();
        return count;
    }

    private void add(ByteBuf packet, WirePacket wire) {
        addSource(packet, 0);
        addSpan(Addresses.of(packet, wire.index() + wire.headerBytes()), wire.payloadBytes());
    }

    private void add(SplitFrame frame, int index) {
        if (sourceCount > 0 && sources[sourceCount - 1] == frame) {
            packetCounts[sourceCount - 1]++;
        } else {
            addSource(frame.retain(), index);
        }
        addSpan(frame.payloadAddress(index), frame.payloadBytes(index));
    }

    private void addSource(ReferenceCounted source, int firstPacket) {
        sources[sourceCount] = source;
        firstPackets[sourceCount] = firstPacket;
        packetCounts[sourceCount++] = 1;
    }

    /** Makes room for one more source and span. What is short of memory throws here, before anything is added. */
    private void reserve() {
        if (sourceCount == sources.length) {
            sources = Arrays.copyOf(sources, sourceCount * 2);
            firstPackets = Arrays.copyOf(firstPackets, sourceCount * 2);
            packetCounts = Arrays.copyOf(packetCounts, sourceCount * 2);
        }
        if (spanCount == addresses.length) {
            addresses = Arrays.copyOf(addresses, spanCount * 2);
            lengths = Arrays.copyOf(lengths, spanCount * 2);
        }
    }

    /** Adds payload, to the last span if it goes on there. Span 0 is kept for the header. */
    private void addSpan(long address, int length) {
        int last = spanCount - 1;
        if (last > 0 && addresses[last] + lengths[last] == address) {
            lengths[last] += length;
            return;
        }
        addresses[spanCount] = address;
        lengths[spanCount++] = length;
        if (spanCount == MAX_SPANS) {
            header.close();
        }
    }

    /** Lets no other packet in. */
    void close() {
        header.close();
    }

    boolean isOpen() {
        return header.isOpen();
    }

    boolean isSameFlow(WirePacket packet) {
        return header.isSameFlow(packet);
    }

    /** True if it is open, and this packet, as far as its header tells, is its next. */
    boolean continues(WirePacket packet) {
        return header.isOpen()
                && header.isSameLayout(packet)
                && header.continues(packet.buf(), packet.index(), packet.payloadBytes());
    }

    /** True if it is open, and this segment, the one behind the segment added last, is its next. */
    boolean continues(SplitFrame frame, int index) {
        if (!header.isOpen()) {
            return false;
        }
        int start = frame.header(index);
        return header.continues(frame.headers(), start, frame.payloadBytes(index));
    }

    /** True if the checksum of the first packet, the only one not verified when it was added, is right. */
    boolean isFirstChecksumValid(WirePacket scratch) {
        if (!checksumKnown) {
            ByteBuf packet = (ByteBuf) sources[0];
            scratch.parse(packet, packet.readerIndex(), packet.readableBytes(), false);
            checksumKnown = scratch.isTransportChecksumValid();
        }
        return checksumKnown;
    }

    /** Remembers who waits for the outcome of this write. */
    void addWrite(ChannelPromise promise, PendingWrite write) {
        if (write == null) {
            voidPromise = promise;
        } else if (writes.isEmpty() || writes.get(writes.size() - 1) != write) {
            writes.add(write.expect());
        }
    }

    /** What to write this with, so that everybody who waits hears of it. */
    ChannelPromise promise(ChannelPromise fresh) {
        PendingWrite[] waiting = writes.toArray(new PendingWrite[0]);
        fresh.addListener(done -> {
            for (PendingWrite write : waiting) {
                write.complete(done.cause());
            }
        });
        return fresh;
    }

    boolean hasPendingWrites() {
        return !writes.isEmpty();
    }

    /** What to write this with where nobody waits. */
    ChannelPromise voidPromise() {
        return voidPromise instanceof LostWrites lost ? lost.of(parts()) : voidPromise;
    }

    /** Makes the header; nothing is added from now on. */
    void finish() {
        header.close();
        if (parts() == 1 && sources[0] instanceof ByteBuf packet) {
            finishAlone(packet);
        } else {
            finishHeader();
        }
        readableBytes = 0;
        for (int i = 0; i < spanCount; i++) {
            readableBytes += lengths[i];
        }
    }

    private void finishHeader() {
        if (parts() > 1) {
            header.finishMerged();
        } else {
            header.finishAlone(((SplitFrame) sources[0]).addressSum(), addresses[1], lengths[1]);
        }
        addresses[0] = header.address();
        lengths[0] = VirtioNetHeader.BYTES + header.headerBytes();
    }

    private void finishAlone(ByteBuf packet) {
        int header = packet.readerIndex() - VirtioNetHeader.BYTES;
        if (header >= 0 && VirtioNetHeader.isClear(packet, header)) {
            addresses[0] = Addresses.of(packet, header);
            lengths[0] = VirtioNetHeader.BYTES + packet.readableBytes();
            spanCount = 1;
            return;
        }
        lengths[0] = VirtioNetHeader.BYTES;
        addresses[0] = groups.noOffloadAddress();
        spanCount = 1;
        if (packet.isReadable()) {
            addSpan(Addresses.of(packet, packet.readerIndex()), packet.readableBytes());
        }
    }

    @Override
    public int spans() {
        return spanCount;
    }

    @Override
    public long address(int index) {
        return addresses[index];
    }

    @Override
    public int length(int index) {
        return lengths[index];
    }

    @Override
    public int readableBytes() {
        return readableBytes;
    }

    @Override
    public int parts() {
        return Math.max(1, header.packets());
    }

    @Override
    public ByteBuf part(int index) {
        releasePart();
        int source = 0;
        int packet = index;
        while (packet >= packetCounts[source]) {
            packet -= packetCounts[source++];
        }
        part = sources[source] instanceof SplitFrame frame
                ? frame(frame.packet(firstPackets[source] + packet))
                : frame((ByteBuf) sources[source]);
        return part;
    }

    private ByteBuf frame(ByteBuf packet) {
        return DirectCopy.of(allocator, packet, VirtioNetHeader.BYTES);
    }

    private void releasePart() {
        if (part != null) {
            part.release();
            part = null;
        }
    }

    @Override
    public void written() {
        if (parts() > 1) {
            groups.written(header.kind());
        }
    }

    @Override
    public void refused() {
        groups.refused(header.kind());
    }

    /** Has something done at the end of this life, by whoever ends it. */
    void whenReleased(Runnable task) {
        whenReleased = task;
    }

    @Override
    protected void deallocate() {
        releasePart();
        for (int i = 0; i < sourceCount; i++) {
            sources[i].release();
            sources[i] = null;
        }
        sourceCount = 0;
        voidPromise = null;
        allocator = null;
        forgetWrites();
        if (sources.length > USUAL_SPANS || addresses.length > USUAL_SPANS) {
            allocateSpans();
        }
        Runnable task = whenReleased;
        whenReleased = null;
        pool.give(this);
        if (task != null) {
            task.run();
        }
    }

    private void forgetWrites() {
        if (writes.size() > USUAL_SPANS) {
            writes = new ArrayList<>(FIRST_SPANS);
        } else {
            writes.clear();
        }
    }
}
