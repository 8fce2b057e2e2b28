// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * The read buffers of one direction with a queue: each is used again when the writing loop has released it, without a
 * visit to an allocator.
 *
 * <pre>
 *                               next ─┐
 * buffers   [ read into | queued | free | being written | free | read into ]   refCnt 2, 2, 1, 2, 1, 2
 * </pre>
 * They come back about in the order in which they went, so the next free one is near; when a look at a few finds none,
 * there is one more, up to a limit. What is asked for in other sizes, or above the limit, comes from the allocator behind.
 *
 * Ownership: holds one reference of each buffer until {@link #close}.
 * Thread: the reading loop allocates and closes; buffers may be released by any thread.
 */
final class ReadBufferPool extends AbstractByteBufAllocator implements AutoCloseable {
    /** More than a read batch: its buffers are in use between others until a packet fills them. */
    private static final int LOOKS = 64;

    private final ByteBufAllocator parent;
    private final int bufferBytes;
    private final int maxBuffers;
    private final List<ByteBuf> buffers = new ArrayList<>();
    private int next;

    /**
     * @param bufferBytes the size of the buffers
     * @param maxBuffers the most of them
     */
    ReadBufferPool(ByteBufAllocator parent, int bufferBytes, int maxBuffers) {
        super(true);
        this.parent = parent;
        this.bufferBytes = bufferBytes;
        this.maxBuffers = maxBuffers;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialBytes, int maxBytes) {
        return initialBytes == bufferBytes && maxBytes == bufferBytes
                ? pooled()
                : parent.directBuffer(initialBytes, maxBytes);
    }

    private ByteBuf pooled() {
        for (int looks = Math.min(LOOKS, buffers.size()); looks > 0; looks--) {
            ByteBuf buffer = buffers.get(next);
            next = next + 1 == buffers.size() ? 0 : next + 1;
            if (buffer.refCnt() == 1) {
                return buffer.retain().clear();
            }
        }
        ByteBuf buffer = parent.directBuffer(bufferBytes, bufferBytes);
        if (buffers.size() < maxBuffers) {
            buffers.add(buffer.retain());
        }
        return buffer;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialBytes, int maxBytes) {
        return parent.heapBuffer(initialBytes, maxBytes);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    /** The buffers that there are. */
    int size() {
        return buffers.size();
    }

    /** Gives every buffer up; those in use are freed when they are released. */
    @Override
    public void close() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
        next = 0;
    }
}
