// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** An allocator that has so much direct memory at a time and no more, and knows the most that was out. */
public final class BoundedAllocator extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final long limitBytes;
    private long peakBytes;

    public BoundedAllocator(long limitBytes) {
        super(true);
        this.limitBytes = limitBytes;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return memory.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        long bytes = usedBytes() + initialCapacity;
        if (bytes > limitBytes) {
            throw new OutOfMemoryError("thrown by the test");
        }
        peakBytes = Math.max(peakBytes, bytes);
        return memory.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    /** The most bytes that were out at a time. */
    public long peakBytes() {
        return peakBytes;
    }

    /** The bytes that are out now. */
    public long usedBytes() {
        return memory.metric().usedDirectMemory();
    }
}
