// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.daemon.Daemon;
import io.tunloop.daemon.Signals;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What signals do to a daemon, from before there is one: while devices are opened, or another process lets it wait for
 * them, the JVM's own handlers would end it in the middle, and SIGUSR1 always.
 *
 * <pre>
 *             while it starts               later
 * TERM, INT   it ends instead of starting   it stops in order; the second time it ends at once, in either case
 * HUP         read again when started       the file is read again
 * USR1        says that it starts           prints the state
 * </pre>
 * Thread: handlers run in threads of the JVM's, one for each signal that comes. One of them reads the file; those that
 * come meanwhile leave it one more reading to do, however many they are, and none when the daemon is to end.
 */
final class DaemonSignals {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(DaemonSignals.class);

    private final PrintWriter err;
    private final Consumer<Daemon> reload;
    private final AtomicBoolean told = new AtomicBoolean();
    // Written by the main thread, read by those of signals.
    private volatile Daemon daemon;
    // All under the lock.
    private boolean started;
    private boolean reloadAsked;
    private boolean reloading;

    DaemonSignals(PrintWriter err, Consumer<Daemon> reload) {
        this.err = err;
        this.reload = reload;
    }

    /**
     * Handles them to the end of the process, so that a second SIGTERM is heard until then.
     *
     * @param err for the state
     * @param reload reads the file again and changes the daemon
     */
    static DaemonSignals install(PrintWriter err, Consumer<Daemon> reload) {
        var signals = new DaemonSignals(err, reload);
        new Signals()
                .on("TERM", signals::terminate)
                .on("INT", signals::terminate)
                .on("HUP", number -> signals.reload())
                .on("USR1", number -> signals.printState());
        return signals;
    }

    /** It has been told to end. */
    boolean isTold() {
        return told.get();
    }

    /** There is a daemon that can be stopped, and is if it has been told to end meanwhile. */
    void opened(Daemon opened) {
        daemon = opened;
        if (isTold()) {
            opened.stop();
        }
    }

    /** It forwards, and can be changed. */
    void started() {
        synchronized (this) {
            started = true;
        }
        reloadWhileAsked();
    }

    private void terminate(int number) {
        if (!told.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(128 + number);
        }
        Daemon running = daemon;
        if (running == null) {
            logger.info("told to end while it starts");
        } else {
            running.stop();
        }
    }

    /** As SIGHUP does. */
    void reload() {
        synchronized (this) {
            reloadAsked = true;
        }
        reloadWhileAsked();
    }

    private void reloadWhileAsked() {
        while (beginReload()) {
            try {
                reload.accept(daemon);
            } finally {
                endReload();
            }
        }
    }

    private synchronized boolean beginReload() {
        if (!started || !reloadAsked || reloading || isTold()) {
            return false;
        }
        reloadAsked = false;
        reloading = true;
        return true;
    }

    private synchronized void endReload() {
        reloading = false;
    }

    private void printState() {
        Daemon running = daemon;
        synchronized (err) {
            err.println(running == null ? "tunloop: starting" : running.state());
            err.flush();
        }
    }
}
