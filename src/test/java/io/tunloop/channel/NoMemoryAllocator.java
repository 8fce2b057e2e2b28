// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;

/** An allocator that has nothing left. */
final class NoMemoryAllocator extends AbstractByteBufAllocator {
    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        throw new OutOfMemoryError("thrown by the test");
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        throw new OutOfMemoryError("thrown by the test");
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
