// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets the main thread end in order when the process is told to: SIGINT, SIGTERM and SIGHUP begin the JVM's shutdown, which
 * waits here until the main thread has cleaned up. The exit code is the caller's choice: 0 for a command whose job is to
 * run until it is told to stop; the JVM's own would be 128 + the signal.
 */
final class TerminationSignals implements AutoCloseable {
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private final Thread hook;

    private TerminationSignals(Runnable stop, int exitCode) {
        hook = new Thread(() -> stopAndWait(stop, exitCode), "tunloop-stop");
    }

    /** @param stop makes the main thread go on to its clean-up, after which the exit code is 0 */
    static TerminationSignals install(Runnable stop) {
        return install(stop, 0);
    }

    /**
     * @param stop makes the main thread go on to its clean-up
     * @param exitCode of the process once that is done
     */
    static TerminationSignals install(Runnable stop, int exitCode) {
        var signals = new TerminationSignals(stop, exitCode);
        Runtime.getRuntime().addShutdownHook(signals.hook);
        return signals;
    }

    private void stopAndWait(Runnable stop, int exitCode) {
        stop.run();
        try {
            cleanedUp.await();
            Runtime.getRuntime().halt(exitCode);
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
