// SPDX-License-Identifier: Apache-2.0
package io.tunloop.queue;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The consuming end of a queue, as a task that is scheduled only when it sleeps.
 *
 * <pre>
 *              signal: CAS, wakeUp
 *  asleep ────────────────────────────► awake ──► step ──► yield, again while there is more
 *     ▲                                             │
 *     └──── nothing to do, and still nothing ◄──────┘
 * </pre>
 * A producer that signals while the task is awake pays one read. Being awake is a token too: who has it is the only
 * consumer, so the queue behind it needs no other guard.
 *
 * Thread: signal from any; {@link Work#step} runs on the executors, never twice at a time.
 */
public final class Drain implements Runnable {
    private final Executor wakeUp;
    private final Executor yield;
    private final Work work;
    // True while somebody has the token.
    private final AtomicBoolean awake = new AtomicBoolean();
    // Set once, by the owner of the token, who keeps it for ever.
    private volatile boolean abandoned;

    /** What a drain does. */
    public interface Work {
        /**
         * Does a bounded piece of it. Returns false when there is nothing left to do. What it throws goes to the executor, or
         * the caller of {@link #signalHere}; there will be another step.
         */
        boolean step();

        /** True when a step would do something; asked once more after falling asleep. */
        boolean isReady();

        /** The executor takes no more tasks: there will be no step. Called again for each later signal, by any thread. */
        void abandoned();
    }

    /**
     * @param wakeUp runs the first step after a sleep: the consumer's executor
     * @param yield runs the next step behind other work of the same executor
     */
    public Drain(Executor wakeUp, Executor yield, Work work) {
        this.wakeUp = wakeUp;
        this.yield = yield;
        this.work = work;
    }

    /** There is work: wakes the consumer if it sleeps. */
    public void signal() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            runOn(wakeUp);
        } else if (abandoned) {
            work.abandoned();
        }
    }

    /** As {@link #signal}, from the consumer's own thread: the first step is done before this returns. */
    public void signalHere() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            run();
        } else if (abandoned) {
            work.abandoned();
        }
    }

    private void runOn(Executor executor) {
        try {
            executor.execute(this);
        } catch (RejectedExecutionException shutDown) {
            abandon();
        }
    }

    /** The executor will not run a task that it has taken: for who learns that it was cancelled. */
    public void abandon() {
        abandoned = true;
        work.abandoned();
    }

    @Override
    public void run() {
        boolean more = true;
        try {
            more = work.step();
        } finally { // Whatever a step throws, there is another one: the token must not get lost with it.
            if (more) {
                runOn(yield);
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        awake.set(false);
        // A producer that offered before this line may have found the token taken.
        if (work.isReady()) {
            signal();
        }
    }
}
