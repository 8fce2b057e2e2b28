// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.Addresses;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Where the packets of one batch lie in memory: what {@link TunDevice#read} fills and {@link TunDevice#write} sends.
 *
 * <pre>
 * iov      | address, length | address, length | address, length | ...   struct iovec, 16 B each
 * spans    |        1        |                 2                 | ...   iovecs of packet i, 4 B each; see endIfRefused
 * results  |      1500       |               -EIO                | ...   bytes moved or -errno, 4 B each
 * outcome  | packets read ahead, see PacketRing.Queue.announceRead; 4 B
 * </pre>
 * Units: addresses of native memory; lengths in bytes.
 * Ownership: holds addresses only; the caller keeps the memory alive until the call that uses it has returned. An address
 * is taken as it is: a read writes to it.
 * Thread: one thread at a time.
 * Errors: {@link IllegalStateException} where there is no room, and for everything once it is closed.
 * Source: native/packet_io.h; uio.h, struct iovec.
 */
public final class PacketVector implements AutoCloseable {
    /** The most spans that the kernel takes for one packet. Source: linux/uio.h, UIO_MAXIOV. */
    public static final int MAX_SPANS = 1024;

    private static final int IOVEC_BYTES = 16;
    private static final int LENGTH_OFFSET = 8;

    private final int spansOffset;
    private final int resultsOffset;
    private final int outcomeOffset;
    // Goes with this object, which every native call keeps alive: no thread can free it under another one's hands.
    private final ByteBuffer memory;
    private final long memoryAddress;
    private int maxPackets;
    private int maxSpans;
    private int packets;
    private int spans;
    private boolean closed;

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
        long bytes = (long) maxSpans * IOVEC_BYTES + 2L * maxPackets * Integer.BYTES + Integer.BYTES;
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("maxPackets and maxSpans need more than 2 GiB: " + maxPackets + ", "
                    + maxSpans + "; a batch of 1024 is long");
        }
        this.maxPackets = maxPackets;
        this.maxSpans = maxSpans;
        spansOffset = maxSpans * IOVEC_BYTES;
        resultsOffset = spansOffset + maxPackets * Integer.BYTES;
        outcomeOffset = resultsOffset + maxPackets * Integer.BYTES;
        memory = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        memoryAddress = Addresses.of(memory);
    }

    /** Forgets all packets. */
    public void clear() {
        packets = 0;
        spans = 0;
    }

    /** True if another packet of this many spans still fits. */
    public boolean hasRoom(int spanCount) {
        return packets < maxPackets && spanCount <= maxSpans - spans;
    }

    /** Begins the next packet with its first span; {@link #hasRoom} was true. */
    public void addPacket(long address, int lengthBytes) {
        requireRoom(packets < maxPackets && spans < maxSpans);
        putSpan(spans, address, lengthBytes);
        memory.putInt(spansOffset + packets * Integer.BYTES, 1);
        packets++;
        spans++;
    }

    /** Puts a packet of one span at {@code index}, at most {@link #packets}; all packets of the vector have one span. */
    public void setPacket(int index, long address, int lengthBytes) {
        if (index == packets) {
            addPacket(address, lengthBytes);
        } else {
            putSpan(Objects.checkIndex(index, packets), address, lengthBytes);
        }
    }

    /** Adds one more span to the packet begun last; {@link #hasRoom} was true for all of its spans. */
    public void addSpan(long address, int lengthBytes) {
        requireRoom(packets > 0 && spans < maxSpans);
        putSpan(spans, address, lengthBytes);
        int count = spansOffset + (packets - 1) * Integer.BYTES;
        memory.putInt(count, memory.getInt(count) + 1);
        spans++;
    }

    /**
     * The packet begun last, whose spans are all there, ends a write if the kernel refuses it (EINVAL): for who has something
     * to write in its place, before what is behind it.
     */
    public void endIfRefused() {
        if (packets == 0) {
            requireOpen();
            throw new IllegalStateException("there is no packet to end the batch");
        }
        int count = spansOffset + (packets - 1) * Integer.BYTES;
        memory.putInt(count, -Math.abs(memory.getInt(count)));
    }

    private void putSpan(int index, long address, int lengthBytes) {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("lengthBytes must not be negative: " + lengthBytes);
        }
        int span = index * IOVEC_BYTES;
        memory.putLong(span, address);
        memory.putLong(span + LENGTH_OFFSET, lengthBytes);
    }

    private void requireRoom(boolean room) {
        if (!room) {
            requireOpen();
            throw new IllegalStateException(
                    packets == 0 ? "a span needs a packet before it" : "no room behind packet " + (packets - 1));
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the vector is closed");
        }
    }

    /** The number of packets added. */
    public int packets() {
        return packets;
    }

    /** The bytes that packet {@code index} moved, or a negative errno; valid for the packets that the call counted. */
    public int result(int index) {
        return memory.getInt(resultsOffset + Objects.checkIndex(index, packets) * Integer.BYTES);
    }

    /** Where a native call finds the vector: keep this object reachable until it has returned. */
    long iovAddress() {
        requireOpen();
        return memoryAddress;
    }

    long spansAddress() {
        return memoryAddress + spansOffset;
    }

    long resultsAddress() {
        return memoryAddress + resultsOffset;
    }

    long outcomeAddress() {
        return memoryAddress + outcomeOffset;
    }

    int outcome() {
        return memory.getInt(outcomeOffset);
    }

    /** Lets nobody use it any more; its memory goes with the object. */
    @Override
    public void close() {
        closed = true;
        clear();
        maxPackets = 0;
        maxSpans = 0;
    }
}
