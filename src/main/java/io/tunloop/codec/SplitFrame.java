// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tunloop.internal.Addresses;
import io.tunloop.packet.PacketBatch;

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
        return packets.slice(start, packetBytes(index));
    }

    @Override
    public ByteBuf retainedPacket(int index) {
        int start = packetIndex(index);
        return packets.retainedSlice(start, packetBytes(index));
    }

    private int packetIndex(int index) {
        int ahead = index - firstPacket;
        if (ahead < 0 || ahead >= packetCount) {
            makePackets(index);
            ahead = index - firstPacket;
        }
        return ahead * (headerBytes + gsoSize);
    }

    private void makePackets(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("packet " + index + " of " + size);
        }
        int stride = headerBytes + gsoSize;
        int perWindow = Math.max(1, PACKETS_BYTES / stride);
        int first = index - index % perWindow;
        int count = Math.min(perWindow, size - first);
        int bytes = (count - 1) * stride + packetBytes(first + count - 1);
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
                Addresses.of(window, 0),
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
