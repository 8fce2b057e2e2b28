// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tunloop.device.PacketRing;
import io.tunloop.device.TunException;

/**
 * What a channel reads into: a batch, and by ring a second one, which the kernel fills while it takes the packets of the first.
 *
 * <pre>
 * one enter for both:            write batch n          write batch n + 1
 *                                read batch n + 1       read batch n + 2
 * first                 fired ───────┘  └─ filled           └─ filled
 * second                                   fired ──────────────┘
 * </pre>
 * Ownership: holds its buffers until {@link #close}.
 * Thread: the channel's event loop only.
 */
final class ReadBuffers implements AutoCloseable {
    private final int packets;
    private final int headroomBytes;
    private final int tailroomBytes;
    private int lengthBytes;
    private ReadBatch batch;
    // Null until the first read ahead.
    private ReadBatch next;
    // Who may read the next batch ahead just now; null: nobody.
    private LoopRing.Io announcedTo;
    // The packets that the next batch has.
    private int ahead;

    /**
     * @param packets the most packets of one batch
     * @param lengthBytes the room for a packet, and one byte
     * @param headroomBytes free in front of each packet
     * @param tailroomBytes free behind the longest packet, and more behind a shorter one
     */
    ReadBuffers(int packets, int lengthBytes, int headroomBytes, int tailroomBytes) {
        this.packets = packets;
        this.lengthBytes = lengthBytes;
        this.headroomBytes = headroomBytes;
        this.tailroomBytes = tailroomBytes;
        batch = newBatch();
    }

    private ReadBatch newBatch() {
        return new ReadBatch(packets, headroomBytes, tailroomBytes);
    }

    /** The most packets of one batch. */
    int size() {
        return packets;
    }

    /** Makes room for packets of this length from the next batch on. */
    void grow(int newLengthBytes) {
        lengthBytes = Math.max(lengthBytes, newLengthBytes);
    }

    /** True when a batch was read ahead that has not been taken yet. */
    boolean hasPackets() {
        return ahead > 0;
    }

    /** Reads until the device is empty or the batch is full. Returns the number of packets. */
    int read(LoopRing.Io io, ByteBufAllocator allocator) throws TunException {
        batch.prepare(lengthBytes, io, allocator);
        int read = io.read(batch.vector());
        batch.filled(read);
        return read;
    }

    /** Goes on to the batch that was read ahead. Returns the number of packets. */
    int takeAhead() {
        ReadBatch fired = batch;
        batch = next;
        next = fired;
        int read = ahead;
        ahead = 0;
        return read;
    }

    /** Lets the event loop's next write read the next batch along, until {@link #completeAhead}. */
    void announce(LoopRing.Io io, ByteBufAllocator allocator) {
        if (!io.canReadAhead(lengthBytes)) {
            return;
        }
        if (next == null) {
            next = newBatch();
        }
        try {
            next.prepare(lengthBytes, io, allocator);
            io.announceRead(next.vector());
            announcedTo = io;
        } catch (OutOfMemoryError starved) {
            // The next read says so, when this batch is not lost by that.
        }
    }

    /** Returns the packets read ahead, for {@link #takeAhead}, or {@link PacketRing#NOT_READ}. */
    int completeAhead() throws TunException {
        if (announcedTo == null) {
            return PacketRing.NOT_READ;
        }
        int read = announcedTo.completeRead(next.vector());
        announcedTo = null;
        ahead = Math.max(read, 0);
        next.filled(ahead);
        return read;
    }

    /** Packet {@code index} of this batch has this length, in bytes. */
    int length(int index) {
        return batch.length(index);
    }

    /** True if packet {@code index} of this batch has filled its buffer: there may have been more of it. */
    boolean isFull(int index) {
        return batch.isFull(index);
    }

    /** Packet {@code index} of this batch, with a reference for the caller. */
    ByteBuf packet(int index) {
        return batch.packet(index);
    }

    /** What was announced is not any more: the channel has let go of its ring. */
    @Override
    public void close() {
        batch.close();
        if (next != null) {
            next.close();
        }
    }
}
