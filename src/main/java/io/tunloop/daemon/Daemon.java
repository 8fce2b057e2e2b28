// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.InterfaceChange;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.internal.NativeLibrary;
import io.tunloop.internal.ResidentPages;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Forwards between any number of pairs of devices until it is told to stop or a device is lost, and is watched while it
 * does.
 *
 * <pre>
 * open ─► start ─► await ──── stop() ────► drain ─► summary ─► close
 *                    └─ device lost: throws ─┘
 * </pre>
 * Thread: any; {@link #stop}, {@link #state} also while another thread waits.
 * Errors: what cannot be opened leaves nothing behind.
 */
public final class Daemon implements AutoCloseable {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Daemon.class);

    private final DaemonConfig config;
    private final List<Forwarder> forwarders = new ArrayList<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long beginNs = System.nanoTime();
    private Housekeeping housekeeping;

    private Daemon(DaemonConfig config) {
        this.config = config;
    }

    /** Opens all devices and begins to watch them; nothing is forwarded before {@link #start}. */
    public static Daemon open(DaemonConfig config) throws IOException {
        requireNativeLibrary();
        config.rights().requireKnown();
        var daemon = new Daemon(config);
        try {
            for (Pair pair : config.pairs()) {
                daemon.openForwarder(pair);
            }
            daemon.housekeeping = Housekeeping.open(config, daemon.forwarders);
            releaseStartPages();
            config.rights().apply();
            return daemon;
        } catch (Throwable cause) {
            daemon.close();
            throw cause;
        }
    }

    // All that follows calls it, and would throw an error where this is a message.
    private static void requireNativeLibrary() throws IOException {
        NativeLibrary.Lack lack = NativeLibrary.lack();
        if (lack != null) {
            throw new IOException(lack.reason() + ": " + lack.remedy(), lack.cause());
        }
    }

    /** While the process may still read its own /proc/self/smaps: as another user than it was it may not. */
    private static void releaseStartPages() {
        long released = ResidentPages.release();
        if (released < 0) {
            logger.debug("pages of the start stay resident: errno {}", -released);
        } else {
            logger.debug("released {} KiB of pages that the start needed", released);
        }
    }

    private void openForwarder(Pair pair) throws IOException {
        Forwarder forwarder = Forwarder.open(pair.config(), pair.source1(), pair.source2());
        forwarders.add(forwarder);
        forwarder.lost().whenComplete((nothing, cause) -> {
            if (cause != null) {
                end.completeExceptionally(cause);
            }
        });
    }

    /** Begins to forward. */
    public void start() {
        forwarders.forEach(Forwarder::start);
        housekeeping.ready();
    }

    /** Shows rates, drops, CPU and memory once a second. @param terminal draws in place instead of line after line */
    public void watchOn(PrintWriter out, boolean terminal) {
        housekeeping.watchOn(out, terminal, forwarders);
    }

    /** Waits for {@link #stop}; throws the reason when a device is lost. */
    public void await() throws IOException {
        try {
            end.join();
        } catch (CompletionException lost) {
            throw lost.getCause() instanceof IOException cause ? cause : new IOException(lost.getCause());
        }
    }

    /** Lets {@link #await} return. */
    public void stop() {
        end.complete(null);
    }

    /** Reads no more and writes what has been read, for as long as the configuration grants. */
    public void drain() {
        if (housekeeping != null) {
            housekeeping.stopping();
        }
        Duration timeout = config.drainTimeout();
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        for (Forwarder forwarder : forwarders) {
            if (!forwarder.drain(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                logger.warn("packets were left when the time to drain, {} ms, was over", timeout.toMillis());
            }
        }
    }

    /**
     * Gives the devices what another configuration says of their MTU, queues, addresses and routes; pairs are compared by
     * position. A device that another one has there now, or that was handed over, stays as it is. When one device cannot be
     * changed, none is.
     */
    public void reconfigure(DaemonConfig changed) throws TunException {
        housekeeping.reloading();
        var done = new ArrayDeque<Change>();
        try {
            for (int i = 0; i < Math.min(forwarders.size(), changed.pairs().size()); i++) {
                Direction there = forwarders.get(i).directions().get(0);
                ForwarderConfig before = config.pairs().get(i).config();
                ForwarderConfig after = changed.pairs().get(i).config();
                reconfigure(there.from(), before.device1(), after.device1(), done);
                reconfigure(there.to(), before.device2(), after.device2(), done);
            }
            done.forEach(change -> housekeeping.configured(change.device(), change.config()));
        } catch (TunException failure) {
            undo(done, failure);
            throw failure;
        } finally {
            housekeeping.ready();
        }
    }

    private static void reconfigure(TunDevice device, TunDeviceConfig before, TunDeviceConfig after, Deque<Change> done)
            throws TunException {
        boolean same = before.name().equals(after.name()) && before.netns().equals(after.netns());
        if (same && !before.name().isEmpty()) {
            done.push(new Change(device, after, device.configure(after)));
        }
    }

    private static void undo(Deque<Change> done, TunException failure) {
        while (!done.isEmpty()) {
            try {
                done.pop().made().undo();
            } catch (TunException cause) {
                logger.warn("a change cannot be taken back: {}", cause.getMessage());
                failure.addSuppressed(cause);
            }
        }
    }

    /** What a device shall be like from now on, and the way back. */
    private record Change(TunDevice device, TunDeviceConfig config, InterfaceChange made) {}

    /** What has been moved and lost so far. */
    public Summary summary() {
        return Summary.of(forwarders, Duration.ofNanos(System.nanoTime() - beginNs));
    }

    /** One for each pair, in the configuration's order. */
    public List<Forwarder> forwarders() {
        return List.copyOf(forwarders);
    }

    /** What is going on, for people. */
    public String state() {
        return summary().toText("running") + housekeeping.state();
    }

    /** Closes the devices and ends the event loops; the second time it does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // First what looks at the forwarders, then they themselves.
        if (housekeeping != null) {
            housekeeping.close();
        }
        forwarders.forEach(Forwarder::close);
    }
}
