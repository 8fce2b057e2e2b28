// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tunloop.internal.Addresses;
import io.tunloop.packet.PacketBatch;

/**
 * The segments of one GSO frame, not cut yet: their headers are made, the payload lies where it was read.
 *
 * <pre>
 * headers  | header 0 | header 1 | header 2 |            as on the wire but for their transport checksums
 *               |          |          '------------------------.
 *               |          '-----------.                       |
 * frame    | virtio, header | payload 0          | payload 1   | payload 2 |
 * packets  | header 0, payload 0 | header 1, payload 1 | ...   made when somebody asks
 * </pre>
 *
 * <p>Ownership: holds the frame until it is released; then goes back to its pool.
 * Thread: one thread at a time; may be released by any.
 */
final class SplitFrame extends PacketBatch {
    /** Enough for the 45 headers of 64 KiB in segments of an Ethernet MTU. */
    private static final int USUAL_HEADERS_BYTES = 4096;

    private final Pool<SplitFrame> pool;
    private final DirectMemory headers = new DirectMemory(USUAL_HEADERS_BYTES);
    private ByteBufAllocator allocator;
    private ByteBuf frame;
    private long packetAddress;
    private int size;
    private int packetBytes;
    private int transportOffset;
    private int headerBytes;
    private int gsoSize;
    private int protocol;
    private ByteBuf packets;

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
        protocol = layout.protocol();
        headers.ensure(size * headerBytes);
        NativeSegments.headers(
                packetAddress,
                packetBytes,
                transportOffset,
                headerBytes,
                gsoSize,
                protocol,
                headers.address(),
                headerBytes);
        return this;
    }

    /** Makes all packets of a sound GSO frame at once, {@code headerBytes + gsoSize} apart; the caller releases them. */
    static ByteBuf packets(ByteBuf frame, FrameLayout layout, ByteBufAllocator allocator) {
        return packets(
                allocator,
                Addresses.of(frame, layout.packetIndex()),
                layout.segments(),
                layout.packetBytes(),
                layout.transportOffset(),
                layout.headerBytes(),
                layout.gsoSize(),
                layout.protocol());
    }

    private static ByteBuf packets(
            ByteBufAllocator allocator,
            long packetAddress,
            int size,
            int packetBytes,
            int transportOffset,
            int headerBytes,
            int gsoSize,
            int protocol) {
        int bytes = packetBytes + (size - 1) * headerBytes;
        ByteBuf packets = allocator.directBuffer(bytes, bytes).writerIndex(bytes);
        NativeSegments.packets(
                packetAddress,
                packetBytes,
                transportOffset,
                headerBytes,
                gsoSize,
                protocol,
                Addresses.of(packets, 0),
                headerBytes + gsoSize);
        return packets;
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
    public ByteBuf packet(int index) {
        return packets().slice(packetIndex(index), packetBytes(index));
    }

    @Override
    public ByteBuf retainedPacket(int index) {
        return packets().retainedSlice(packetIndex(index), packetBytes(index));
    }

    private int packetIndex(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("packet " + index + " of " + size);
        }
        return index * (headerBytes + gsoSize);
    }

    private ByteBuf packets() {
        if (packets == null) {
            packets = packets(
                    allocator, packetAddress, size, packetBytes, transportOffset, headerBytes, gsoSize, protocol);
        }
        return packets;
    }

    /** The headers, valid on the wire but for their transport checksums; header {@code i} at {@code i * headerBytes}. */
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
        if (packets != null) {
            packets.release();
            packets = null;
        }
        headers.shrink();
        pool.give(this);
    }
}
