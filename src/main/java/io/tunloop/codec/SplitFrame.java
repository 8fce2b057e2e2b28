// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tunloop.internal.Addresses;
import io.tunloop.packet.PacketBatch;
import java.util.Objects;

/**
 * The segments of one GSO frame, not cut yet: headers and packets are made where somebody looks, as many at once as a window
 * has room for, so that the number of segments does not decide how much memory it takes.
 *
 * <pre>
 * headers  | header 2 | header 3 |                      as on the wire but for their transport checksums
 *               |          '------------------------.
 * frame    | virtio, header | payload 0 | payload 1 | payload 2 | payload 3 | ... | payload 44 |
 * packets  | header 0, payload 0 | header 1, payload 1 | ... | header 44, payload 44 |
 * </pre>
 * With room around packets, each has its own: room, header 0, payload 0, room, room, header 1, ...
 *
 * <p>Ownership: holds the frame until it is released; then goes back to its pool.
 * Thread: one thread at a time; may be released by any.
 */
final class SplitFrame extends PacketBatch {
    private static final int HEADERS_BYTES = 4096;

    /** Room for all packets of a frame whose segments carry as much payload as header. */
    private static final int PACKETS_BYTES = 128 * 1024;

    /** Who merges looks at the first two segments and the last, who does not at all of them. */
    private static final int FIRST_HEADERS = 2;

    private static final int MORE_HEADERS = 4;

    private final Pool<SplitFrame> pool;
    private ByteBufAllocator allocator;
    private ByteBuf frame;
    private long packetAddress;
    private int size;
    private int packetBytes;
    private int transportOffset;
    private int headerBytes;
    private int gsoSize;
    private int addressSum;
    private int protocol;
    private int headroomBytes;
    private int tailroomBytes;

    private DirectMemory headers;
    private int firstHeader;
    private int headerCount;
    private int nextHeaders;

    private ByteBuf packets;
    private int firstPacket;
    private int packetCount;

    SplitFrame(Pool<SplitFrame> pool) {
        this.pool = pool;
        setRefCnt(0);
    }

    /** The room that each packet of {@link #packet} has in front of it and behind it; before {@link #init}. */
    void room(int newHeadroomBytes, int newTailroomBytes) {
        headroomBytes = newHeadroomBytes;
        tailroomBytes = newTailroomBytes;
    }

    /** Begins a new life with a sound GSO frame, which it owns from now on. */
    SplitFrame init(ByteBuf newFrame, FrameLayout layout, ByteBufAllocator newAllocator) {
        setRefCnt(1);
        frame = newFrame;
        allocator = newAllocator;
        packetAddress = Addresses.of(frame, layout.packetIndex());
        size = layout.segments();
        packetBytes = layout.packetBytes();
        transportOffset = layout.transportOffset();
        headerBytes = layout.headerBytes();
        gsoSize = layout.gsoSize();
        addressSum = layout.addressSum();
        protocol = layout.protocol();
        headerCount = 0;
        nextHeaders = FIRST_HEADERS;
        return this;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int packetBytes(int index) {
        return headerBytes + payloadBytes(index);
    }

    @Override
    public long readableBytes() {
        return packetBytes + (size - 1L) * headerBytes;
    }

    @Override
    public int memoryBytes() {
        return frame.capacity() + HEADERS_BYTES + (packets == null ? 0 : packets.capacity());
    }

    @Override
    public ByteBuf packet(int index) {
        int start = packetIndex(index);
        return withoutRoom(packets.slice(start, roomyBytes(index)));
    }

    @Override
    public ByteBuf retainedPacket(int index) {
        int start = packetIndex(index);
        return withoutRoom(packets.retainedSlice(start, roomyBytes(index)));
    }

    private ByteBuf withoutRoom(ByteBuf roomy) {
        return roomy.setIndex(headroomBytes, roomy.writerIndex() - tailroomBytes);
    }

    /** The length of packet {@code index} with the room around it. */
    private int roomyBytes(int index) {
        return headroomBytes + packetBytes(index) + tailroomBytes;
    }

    @Override
    public ByteBuf retainedPackets(int from, int count) {
        if (count < 1 || count > packetsPerWindow()) {
            throw new IllegalArgumentException("count must be 1.." + packetsPerWindow() + ": " + count);
        }
        Objects.checkFromIndexSize(from, count, size);
        if (from < firstPacket || from + count > firstPacket + packetCount) {
            makePackets(from);
        }
        int stride = strideBytes();
        return packets.retainedSlice(
                (from - firstPacket) * stride, (count - 1) * stride + roomyBytes(from + count - 1));
    }

    @Override
    public int strideBytes() {
        return roomyBytes(0);
    }

    private int packetsPerWindow() {
        return Math.max(1, PACKETS_BYTES / strideBytes());
    }

    /** Where packet {@code index} begins in {@link #packets}, with the room in front of it. */
    private int packetIndex(int index) {
        int ahead = index - firstPacket;
        if (ahead < 0 || ahead >= packetCount) {
            Objects.checkIndex(index, size);
            makePackets(index - index % packetsPerWindow());
            ahead = index - firstPacket;
        }
        return ahead * strideBytes();
    }

    /** Makes a window's worth of packets. */
    private void makePackets(int first) {
        int stride = strideBytes();
        int count = Math.min(packetsPerWindow(), size - first);
        int bytes = (count - 1) * stride + roomyBytes(first + count - 1);
        releasePackets();
        ByteBuf window = allocator.directBuffer(bytes, bytes).writerIndex(bytes);
        NativeSegments.packets(
                packetAddress,
                packetBytes,
                transportOffset,
                headerBytes,
                gsoSize,
                addressSum,
                protocol,
                first,
                count,
                Addresses.of(window, headroomBytes),
                stride);
        packets = window;
        firstPacket = first;
        packetCount = count;
    }

    private void releasePackets() {
        if (packets != null) {
            packets.release();
            packets = null;
            packetCount = 0;
        }
    }

    /**
     * Makes header {@code index}, valid on the wire but for its transport checksum, which is 0: for headers that may merge,
     * which are no longer than {@link GroupHeader#MAX_BYTES}.
     *
     * @return where it begins in {@link #headers}, until the next call
     */
    int header(int index) {
        int ahead = index - firstHeader;
        if (ahead < 0 || ahead >= headerCount) {
            makeHeaders(index);
            return 0;
        }
        return ahead * headerBytes;
    }

    private void makeHeaders(int index) {
        if (headers == null) {
            headers = new DirectMemory(HEADERS_BYTES);
        }
        firstHeader = index;
        headerCount = Math.min(Math.min(nextHeaders, HEADERS_BYTES / headerBytes), size - index);
        nextHeaders = Math.min(nextHeaders * MORE_HEADERS, HEADERS_BYTES);
        NativeSegments.headers(
                packetAddress,
                packetBytes,
                transportOffset,
                headerBytes,
                gsoSize,
                protocol,
                firstHeader,
                headerCount,
                headers.address(),
                headerBytes);
    }

    /** What holds the headers that {@link #header} has made. */
    ByteBuf headers() {
        return headers.buf();
    }

    /** From the IP header to the payload, the same in all segments. */
    int headerBytes() {
        return headerBytes;
    }

    int gsoSize() {
        return gsoSize;
    }

    /** The memory that cannot be used again until this is released. */
    int heldBytes() {
        return frame.capacity();
    }

    /** See {@link io.tunloop.packet.Checksum#addresses}. */
    int addressSum() {
        return addressSum;
    }

    int payloadBytes(int index) {
        return index < size - 1 ? gsoSize : packetBytes - headerBytes - index * gsoSize;
    }

    /** Where the payload of segment {@code index} lies; that of the next one follows it. */
    long payloadAddress(int index) {
        return packetAddress + headerBytes + (long) index * gsoSize;
    }

    @Override
    protected void deallocate() {
        frame.release();
        frame = null;
        allocator = null;
        releasePackets();
        pool.give(this);
    }
}
