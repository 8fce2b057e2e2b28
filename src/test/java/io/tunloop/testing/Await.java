// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits on an event of another thread, not for ever. */
public final class Await {
    private static final int TIMEOUT_SECONDS = 20;

    private Await() {}

    /** Returns when the latch is open; fails when it does not open. */
    public static void latch(CountDownLatch latch) {
        try {
            assertThat(latch.await(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .as("latch")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
