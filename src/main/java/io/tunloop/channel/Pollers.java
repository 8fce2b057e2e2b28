// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The pollers that have a descriptor of a channel: they let go of it a little after they are told to, maybe when another one
 * has it already.
 *
 * Thread: any.
 */
final class Pollers {
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicReference<Runnable> whenNone = new AtomicReference<>();

    void added() {
        count.incrementAndGet();
    }

    void removed() {
        if (count.decrementAndGet() == 0) {
            runWhenNone();
        }
    }

    boolean isAny() {
        return count.get() > 0;
    }

    /** Runs this once, right now or when the last one has let go: no other one comes. */
    void whenNone(Runnable then) {
        whenNone.set(then);
        if (!isAny()) {
            runWhenNone();
        }
    }

    private void runWhenNone() {
        Runnable then = whenNone.getAndSet(null);
        if (then != null) {
            then.run();
        }
    }
}
