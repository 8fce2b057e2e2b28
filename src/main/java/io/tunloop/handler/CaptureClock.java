// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The wall clock in nanoseconds since 1970, for every packet: the monotonic clock, which makes no garbage, and an offset that
 * is looked after once a batch.
 *
 * <pre>
 * wall        ────────────╮ step, or sleep      ╭──────────
 * offset      ─────────── │ ─────────────────── ╰──────────   from the next batch on
 * </pre>
 * A wall clock that is only slewed, as NTP does, takes the monotonic one along.
 *
 * Thread: one.
 */
final class CaptureClock {
    /** More than the millisecond to which {@link System#currentTimeMillis} is exact. */
    private static final long MAX_ERROR_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final LongSupplier wallNs;
    private final LongSupplier wallMs;
    private final LongSupplier monotonicNs;
    private long offsetNs;
    private boolean checked;

    CaptureClock() {
        this(CaptureClock::instantNs, System::currentTimeMillis, System::nanoTime);
    }

    /**
     * @param wallNs the wall clock, as exact as it is; may make garbage
     * @param wallMs the same in milliseconds; makes none
     */
    CaptureClock(LongSupplier wallNs, LongSupplier wallMs, LongSupplier monotonicNs) {
        this.wallNs = wallNs;
        this.wallMs = wallMs;
        this.monotonicNs = monotonicNs;
        offsetNs = wallNs.getAsLong() - monotonicNs.getAsLong();
    }

    private static long instantNs() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** The next packet may come any time later. */
    void batchEnds() {
        checked = false;
    }

    long nowNs() {
        if (!checked) {
            checked = true;
            check();
        }
        return offsetNs + monotonicNs.getAsLong();
    }

    private void check() {
        long wall = TimeUnit.MILLISECONDS.toNanos(wallMs.getAsLong());
        if (Math.abs(wall - offsetNs - monotonicNs.getAsLong()) > MAX_ERROR_NS) {
            offsetNs = wallNs.getAsLong() - monotonicNs.getAsLong();
        }
    }
}
