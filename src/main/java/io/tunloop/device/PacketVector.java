// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * Where the packets of one batch lie in memory: what {@link TunDevice#read} fills and {@link TunDevice#write} sends.
 *
 * <pre>
 * iov      | address, length | address, length | address, length | ...   struct iovec, 16 B each
 * spans    |        1        |                 2                 | ...   iovecs of packet i, 4 B each
 * results  |      1500       |               -EIO                | ...   bytes moved or -errno, 4 B each
 * </pre>
 * Units: addresses of native memory; lengths in bytes.
 * Ownership: holds addresses only; the caller keeps the memory alive until the call that uses it has returned.
 * Thread: one thread at a time.
 * Source: native/packet_io.h; uio.h, struct iovec.
 */
public final class PacketVector implements AutoCloseable {
    /** The most spans that the kernel takes for one packet. Source: linux/uio.h, UIO_MAXIOV. */
    public static final int MAX_SPANS = 1024;

    private static final int IOVEC_BYTES = 16;
    private static final int LENGTH_OFFSET = 8;

    private final int maxPackets;
    private final int maxSpans;
    private final CleanableDirectBuffer cleanable;
    private final ByteBuffer memory;
    private final long memoryAddress;
    private final int spansOffset;
    private final int resultsOffset;
    private int packets;
    private int spans;

    /** A vector for at most this many packets, of one span each. */
    public PacketVector(int maxPackets) {
        this(maxPackets, maxPackets);
    }

    /**
     * @param maxPackets the most packets of a batch, at least 1
     * @param maxSpans the most spans of all packets together, at least {@code maxPackets}
     */
    public PacketVector(int maxPackets, int maxSpans) {
        if (maxPackets < 1 || maxSpans < maxPackets) {
            throw new IllegalArgumentException("need 1 <= maxPackets <= maxSpans: " + maxPackets + ", " + maxSpans);
        }
        this.maxPackets = maxPackets;
        this.maxSpans = maxSpans;
        spansOffset = maxSpans * IOVEC_BYTES;
        resultsOffset = spansOffset + maxPackets * Integer.BYTES;
        cleanable = Buffer.allocateDirectBufferWithNativeOrder(resultsOffset + maxPackets * Integer.BYTES);
        memory = cleanable.buffer();
        memoryAddress = Buffer.memoryAddress(memory);
    }

    /** Forgets all packets. */
    public void clear() {
        packets = 0;
        spans = 0;
    }

    /** True if another packet of this many spans still fits. */
    public boolean hasRoom(int spanCount) {
        return packets < maxPackets && spans + spanCount <= maxSpans;
    }

    /** Begins the next packet with its first span; {@link #hasRoom} was true. */
    public void addPacket(long address, int lengthBytes) {
        memory.putInt(spansOffset + packets++ * Integer.BYTES, 0);
        addSpan(address, lengthBytes);
    }

    /** Puts a packet of one span at {@code index}, at most {@link #packets}; all packets of the vector have one span. */
    public void setPacket(int index, long address, int lengthBytes) {
        if (index == packets) {
            addPacket(address, lengthBytes);
        } else {
            putSpan(index, address, lengthBytes);
        }
    }

    /** Adds one more span to the packet begun last; {@link #hasRoom} was true for all of its spans. */
    public void addSpan(long address, int lengthBytes) {
        int count = spansOffset + (packets - 1) * Integer.BYTES;
        memory.putInt(count, memory.getInt(count) + 1);
        putSpan(spans++, address, lengthBytes);
    }

    private void putSpan(int index, long address, int lengthBytes) {
        int span = index * IOVEC_BYTES;
        memory.putLong(span, address);
        memory.putLong(span + LENGTH_OFFSET, lengthBytes);
    }

    /** The number of packets added. */
    public int packets() {
        return packets;
    }

    /** The bytes that packet {@code index} moved, or a negative errno; valid for the packets that the call counted. */
    public int result(int index) {
        return memory.getInt(resultsOffset + index * Integer.BYTES);
    }

    long iovAddress() {
        return memoryAddress;
    }

    long spansAddress() {
        return memoryAddress + spansOffset;
    }

    long resultsAddress() {
        return memoryAddress + resultsOffset;
    }

    /** Frees the memory; nothing else may be called after it. */
    @Override
    public void close() {
        cleanable.clean();
    }
}
