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
    private final MpscAtomicArrayQueue<T> free;
    private final Function<Pool<T>, T> factory;

    /** @param capacity the most objects that are kept */
    Pool(int capacity, Function<Pool<T>, T> factory) {
        free = new MpscAtomicArrayQueue<>(capacity);
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
