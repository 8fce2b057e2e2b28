// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.PacketBatch;

/**
 * A {@link PacketBatch} whose packets are {@link IpPacket}s for who asks: they are made one at a time, on demand.
 *
 * <p>Ownership: holds the batch until it is released; then goes back to its pool.
 * Thread: one thread at a time; may be released by any.
 */
public final class IpPacketBatch extends PacketBatch {
    /** Packets are made one at a time, and seldom kept: a pool for each batch, as batches may be with other threads. */
    private static final int KEPT_PACKETS = 16;

    private final Pool<IpPacketBatch> pool;
    private final IpPacketFormat format = new IpPacketFormat(KEPT_PACKETS);
    private PacketBatch batch;

    IpPacketBatch(Pool<IpPacketBatch> pool) {
        this.pool = pool;
        setRefCnt(0);
    }

    IpPacketBatch init(PacketBatch newBatch) {
        batch = newBatch;
        setRefCnt(1);
        return this;
    }

    /** The batch itself, in exchange for this one, which is released. */
    PacketBatch unwrap() {
        PacketBatch unwrapped = batch.retain();
        release();
        return unwrapped;
    }

    /**
     * Packet {@code index}; the caller releases it and may keep it longer than the batch.
     *
     * @return null where it is no sound IP packet, which the packets of a {@link GsoSplitter} are
     */
    public IpPacket retainedIpPacket(int index) {
        return format.decode(batch.retainedPacket(index));
    }

    @Override
    public int size() {
        return batch.size();
    }

    @Override
    public int packetBytes(int index) {
        return batch.packetBytes(index);
    }

    @Override
    public long readableBytes() {
        return batch.readableBytes();
    }

    @Override
    public int memoryBytes() {
        return batch.memoryBytes();
    }

    @Override
    public ByteBuf packet(int index) {
        return batch.packet(index);
    }

    @Override
    public ByteBuf retainedPacket(int index) {
        return batch.retainedPacket(index);
    }

    @Override
    public ByteBuf retainedPackets(int from, int count) {
        return batch.retainedPackets(from, count);
    }

    @Override
    public int strideBytes() {
        return batch.strideBytes();
    }

    @Override
    protected void deallocate() {
        PacketBatch released = batch;
        batch = null;
        released.release();
        pool.give(this);
    }
}
