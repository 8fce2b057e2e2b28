// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Asks an event loop for a sign of life every so often, and measures how late it comes.
 *
 * <pre>
 *  due      ran                 due ran
 *   |~~~~~~~~|                   |~~|
 *      lag      1 interval        lag
 * </pre>
 * Units: nanoseconds.
 * Thread: opened, asked and closed by any; the probe itself runs on the event loop.
 */
public final class EventLoopProbe implements AutoCloseable {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final EventExecutor loop;
    private final LongConsumer lagNs;
    private final ScheduledFuture<?> schedule;
    private long dueNs; // event loop only
    // Written by the event loop, read by any thread.
    private volatile long lastTickNs = System.nanoTime();

    private EventLoopProbe(EventExecutor loop, LongConsumer lagNs) {
        this.loop = loop;
        this.lagNs = lagNs;
        dueNs = System.nanoTime() + INTERVAL_NS;
        schedule = loop.scheduleAtFixedRate(this::tick, INTERVAL_NS, INTERVAL_NS, TimeUnit.NANOSECONDS);
    }

    /** @param lagNs is told each time how late the loop was; runs on the loop */
    public static EventLoopProbe open(EventExecutor loop, LongConsumer lagNs) {
        return new EventLoopProbe(loop, lagNs);
    }

    private void tick() {
        long now = System.nanoTime();
        lastTickNs = now;
        lagNs.accept(Math.max(0, now - dueNs));
        dueNs += INTERVAL_NS;
    }

    /** How long the loop has given no sign of life: up to an interval when all is well. */
    public long silenceNs() {
        return System.nanoTime() - lastTickNs;
    }

    @Override
    public void close() {
        // A loop that has ended runs nothing any more and refuses to be told.
        if (!loop.isShutdown()) {
            schedule.cancel(false);
        }
    }
}
