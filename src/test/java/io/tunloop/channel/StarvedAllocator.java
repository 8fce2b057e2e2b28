// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** An allocator that has nothing until it is fed. */
final class StarvedAllocator extends AbstractByteBufAllocator {
    private final ByteBufAllocator food;
    private final Semaphore requests = new Semaphore(0);
    private volatile boolean fed;

    StarvedAllocator(ByteBufAllocator food) {
        this.food = food;
    }

    /** From now on it gives what the other allocator has. */
    void feed() {
        fed = true;
    }

    /** Returns when so many requests have been refused. */
    void awaitRequests(int count) throws InterruptedException {
        assertThat(requests.tryAcquire(count, 10, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        refuse();
        return food.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        refuse();
        return food.directBuffer(initialCapacity, maxCapacity);
    }

    private void refuse() {
        if (!fed) {
            requests.release();
            throw new OutOfMemoryError("thrown by the test");
        }
    }

    @Override
    public boolean isDirectBufferPooled() {
        return food.isDirectBufferPooled();
    }
}
