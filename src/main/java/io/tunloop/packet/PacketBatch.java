// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;
import io.netty.util.AbstractReferenceCounted;

/**
 * The wire packets that one offloaded frame stands for, as one message: a pipeline pays per frame, not per packet.
 *
 * <p>The packets are not made before somebody asks: {@link #packet(int)} fills some of them, checksums included, in one
 * native call, and forgets them when one is asked for that is not among them: a frame of 64 KiB may stand for megabytes of
 * packets. A batch that only passes through to a coalescer never copies its payload.
 *
 * <p>Units: lengths in bytes.
 * Ownership: a packet that is not retained is valid until the next one is asked for, or the batch is released.
 * Thread: one thread at a time; may be released by any.
 */
public abstract class PacketBatch extends AbstractReferenceCounted {
    /** The number of wire packets, at least 1. */
    public abstract int size();

    /** The bytes of wire packet {@code index}, IP header included. */
    public abstract int packetBytes(int index);

    /** The bytes of all wire packets together, IP headers included. */
    public abstract long readableBytes();

    /**
     * The bytes of memory that this batch keeps from being used again: of a frame that is not split yet those of the frame,
     * however many packets it stands for. As many as all packets have, unless a batch knows better.
     */
    public int memoryBytes() {
        return (int) Math.min(Integer.MAX_VALUE, readableBytes());
    }

    /** Wire packet {@code index}, complete and valid, without virtio header; not retained. */
    public abstract ByteBuf packet(int index);

    /** As {@link #packet(int)}, but the caller releases it and may keep it longer than the batch. */
    public abstract ByteBuf retainedPacket(int index);

    /**
     * Wire packets {@code from} to {@code from + count - 1} in one buffer, as one send with UDP segmentation takes them: each
     * with the room around it that the channel's reads have, so all but the last of one length.
     *
     * <pre>
     * | headroom | packet | tailroom | headroom | packet | tailroom | headroom | shorter | tailroom |
     * |&lt;------ strideBytes() -------->|
     * </pre>
     * The caller releases it, and may keep it longer than the batch.
     *
     * @param count at least 1; more than one packet have at most 128 KiB together, room included
     */
    public abstract ByteBuf retainedPackets(int from, int count);

    /** From one packet of {@link #retainedPackets} to the next, in bytes: the length of the first, and the room around it. */
    public abstract int strideBytes();

    @Override
    public PacketBatch retain() {
        super.retain();
        return this;
    }

    @Override
    public PacketBatch retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public PacketBatch touch(Object hint) {
        return this;
    }
}
