// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import java.util.function.Function;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/**
 * Objects to be used again: taken by one thread, given back by any.
 *
 * <p>What does not fit is left to the garbage collector, memory included, so nothing needs to be closed.
 */
final class Pool<T> {
    private static final int CAPACITY = 256;

    private final MpscAtomicArrayQueue<T> free = new MpscAtomicArrayQueue<>(CAPACITY);
    private final Function<Pool<T>, T> factory;

    Pool(Function<Pool<T>, T> factory) {
        this.factory = factory;
    }

    /** An object used before, or a new one; the pool's own thread only. */
    T take() {
        T object = free.relaxedPoll();
        return object == null ? factory.apply(this) : object;
    }

    /** Keeps an object that nobody uses any more. */
    void give(T object) {
        free.offer(object);
    }
}
