// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CaptureClockTest {
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);

    private long wallNs = 1_700_000_000_123_456_789L;
    private long monotonicNs = -5;
    private int looks;
    private final CaptureClock clock = new CaptureClock(() -> wallNs, this::wallMs, () -> monotonicNs);

    private long wallMs() {
        looks++;
        return TimeUnit.NANOSECONDS.toMillis(wallNs);
    }

    private void passes(long ns) {
        wallNs += ns;
        monotonicNs += ns;
    }

    @Test
    void shouldTellTheWallClockToTheNanosecond() {
        for (int i = 0; i < 10; i++) {
            assertThat(clock.nowNs()).isEqualTo(wallNs);
            passes(333_333);
            clock.batchEnds();
        }
    }

    @Test
    void shouldLookAfterTheWallClockOnceABatch() {
        for (int i = 0; i < 10; i++) {
            clock.nowNs();
        }
        assertThat(looks).isEqualTo(1);
        clock.batchEnds();
        clock.nowNs();
        assertThat(looks).isEqualTo(2);
    }

    @Test
    void shouldFollowAStepAndSleepFromTheNextBatchOn() {
        for (long stepNs : new long[] {HOUR_NS, -HOUR_NS, TimeUnit.MILLISECONDS.toNanos(4)}) {
            clock.nowNs();
            wallNs += stepNs;
            passes(1_000);
            clock.batchEnds();
            assertThat(clock.nowNs()).isEqualTo(wallNs);
        }
    }
}
