// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import io.tunloop.device.PacketVector;
import io.tunloop.internal.Addresses;

/**
 * The buffers of one read batch. One that nobody downstream has kept is used again, one that somebody keeps is replaced.
 *
 * <pre>
 * slot    0: refCnt 1    read again          a packet is fired with a reference of its own: refCnt 2 while
 * slot    1: refCnt 2    kept: let go, new   somebody has it, 1 when all have released it
 * slot    2: refCnt 1    never filled
 * </pre>
 * Each slot is a buffer of its own, so what a handler writes around a packet is no other packet's.
 *
 * <pre>
 * slot    | headroom | packet, up to the longest, 1 B | tailroom |
 * </pre>
 * Where leaks are looked for in earnest (paranoid) each packet is fired as a {@link GuardedPacket} of its slot.
 *
 * Ownership: holds one reference of each slot until {@link #close}.
 * Thread: the channel's event loop only; packets may be released by any thread.
 */
final class ReadBatch implements AutoCloseable {
    private final ByteBuf[] slots;
    private final PacketVector vector;
    private final int headroomBytes;
    private final int tailroomBytes;
    private int lengthBytes;
    private int used;
    private boolean guarded;

    /**
     * @param headroomBytes free in front of each packet
     * @param tailroomBytes free behind the longest packet, and more behind a shorter one
     */
    ReadBatch(int packets, int headroomBytes, int tailroomBytes) {
        this.headroomBytes = headroomBytes;
        this.tailroomBytes = tailroomBytes;
        slots = new ByteBuf[packets];
        vector = new PacketVector(packets);
        used = packets;
    }

    /**
     * Makes each slot of the {@link #vector} ready to be read into.
     *
     * @param newLengthBytes the room for a packet, and one byte
     */
    void prepare(int newLengthBytes, LoopRing.Io io, ByteBufAllocator allocator) {
        if (lengthBytes != newLengthBytes) {
            lengthBytes = newLengthBytes;
            used = slots.length;
        }
        for (int i = 0; i < used; i++) {
            if (!isReusable(slots[i])) {
                replace(i, io, allocator);
            }
            // Each time: a handler that has changed a packet's capacity may have moved its memory.
            vector.setPacket(i, Addresses.of(slots[i], headroomBytes), lengthBytes);
        }
        // Not before a read fails to fill a slot is that slot known to be clean, so a failure starts from scratch.
        used = slots.length;
    }

    PacketVector vector() {
        return vector;
    }

    /** This many packets were read. */
    void filled(int packets) {
        used = packets;
        guarded = ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.PARANOID;
    }

    /** The length of packet {@code index} of this batch, in bytes. */
    int length(int index) {
        return vector.result(index);
    }

    /** True if packet {@code index} of this batch has filled its buffer: there may have been more of it. */
    boolean isFull(int index) {
        return length(index) == lengthBytes;
    }

    /** Packet {@code index} of this batch, with a reference for the caller. */
    ByteBuf packet(int index) {
        ByteBuf packet = slots[index].retain();
        return (guarded ? new GuardedPacket(packet) : packet).setIndex(headroomBytes, headroomBytes + length(index));
    }

    private boolean isReusable(ByteBuf slot) {
        return slot != null && slot.refCnt() == 1 && slot.capacity() >= bufferBytes();
    }

    private int bufferBytes() {
        return headroomBytes + lengthBytes + tailroomBytes;
    }

    private void replace(int index, LoopRing.Io io, ByteBufAllocator allocator) {
        ByteBuf old = slots[index];
        if (old != null) {
            slots[index] = null;
            old.release();
        }
        int bytes = bufferBytes();
        ByteBuf known = io.takeBuffer(slots.length, bytes);
        slots[index] = known != null ? known : allocator.directBuffer(bytes, bytes);
    }

    @Override
    public void close() {
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] != null) {
                ReferenceCountUtil.safeRelease(
                        slots[i]); // One that a handler has released twice must not keep the rest.
                slots[i] = null;
            }
        }
        vector.close();
    }
}
