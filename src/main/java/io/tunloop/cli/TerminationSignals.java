// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets the main thread end in order when the process is told to: SIGINT, SIGTERM and SIGHUP begin the JVM's shutdown, which
 * waits here until the main thread has cleaned up. Then the exit code is 0, since it did what it was asked to; the JVM's
 * own would be 128 + the signal.
 */
final class TerminationSignals implements AutoCloseable {
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private final Thread hook;

    private TerminationSignals(Runnable stop) {
        hook = new Thread(() -> stopAndWait(stop), "tunloop-stop");
    }

    /** @param stop makes the main thread go on to its clean-up */
    static TerminationSignals install(Runnable stop) {
        var signals = new TerminationSignals(stop);
        Runtime.getRuntime().addShutdownHook(signals.hook);
        return signals;
    }

    private void stopAndWait(Runnable stop) {
        stop.run();
        try {
            cleanedUp.await();
            Runtime.getRuntime().halt(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The clean-up is done: the process may go. */
    @Override
    public void close() {
        if (!removeHook()) {
            cleanedUp.countDown();
        }
    }

    /** Returns false when the shutdown has begun, and so waits for us. */
    private boolean removeHook() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shutdownHasBegun) {
            return false;
        }
    }
}
