// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.util.concurrent.TimeUnit;

/**
 * The next turn of an event loop: for who has more to do than is good for others. Not part of the API.
 *
 * <pre>
 * turn:  I/O of all channels ─► due scheduled tasks join the tasks ─► tasks, and those that they add ─► turn
 *                                        ▲                                   │
 *                                        └───────── NextTurn ────────────────┘
 * </pre>
 * An ordinary task that adds itself again runs again before any I/O, and Netty looks at its clock only every 64 tasks; a
 * scheduled one waits until the loop has come round.
 *
 * Thread: the executor's own.
 * Errors: RejectedExecutionException, where the executor is shut down. One that shuts down cancels what it has accepted.
 */
public final class NextTurn {
    private NextTurn() {}

    /** Runs a task in the loop's next turn. */
    public static void execute(EventExecutor loop, Runnable task) {
        execute(loop, task, null);
    }

    /** As the other one; the listener, where there is one, learns of the end of a task that was scheduled, or its cancellation. */
    public static void execute(EventExecutor loop, Runnable task, FutureListener<Object> listener) {
        if (loop.isShuttingDown()) {
            loop.execute(task); // What is scheduled in its last turn it forgets.
            return;
        }
        Future<?> scheduled = loop.schedule(task, 0, TimeUnit.NANOSECONDS);
        if (listener != null) {
            scheduled.addListener(listener);
        }
    }
}
