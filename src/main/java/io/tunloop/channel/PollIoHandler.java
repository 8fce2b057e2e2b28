// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The event loop of a thread that lives for one device, or a few: reads until it is empty, then blocks in the kernel on the
 * device and on its wake-up together. Tasks, timers and shutdown work as on any event loop.
 *
 * <pre>
 *          +-------------------------------------------------------+
 *          v                                                       |
 *   read what was not empty ──► none? ──► ppoll(wake-up, devices) ─┘    then tasks and timers
 * </pre>
 * As long as packets keep coming there is no poll at all.
 *
 * Thread: the event loop's, but for {@link #wakeup}.
 */
final class PollIoHandler implements IoHandler {
    private static final long NO_TIMEOUT = -1;

    private final ThreadAwareExecutor executor;
    private final Poller poller = new Poller();
    private final List<Registration> registrations = new ArrayList<>();
    // True from before the loop looks for tasks a last time until it has left the kernel; whoever resets it wakes the
    // loop.
    private final AtomicBoolean asleep = new AtomicBoolean();
    // What the poller waits for, in its order; rebuilt when a registration comes, goes or changes its mind.
    private Registration[] polled = new Registration[0];
    private boolean stale = true;

    private PollIoHandler(ThreadAwareExecutor executor) {
        this.executor = executor;
    }

    static IoHandlerFactory newFactory() {
        return PollIoHandler::new;
    }

    @Override
    public int run(IoHandlerContext context) {
        int handled = readBusy();
        if (handled > 0 && handled == readers()) {
            return handled;
        }
        return handled + poll(context, handled > 0);
    }

    /** Reads the devices that were not empty the last time. */
    private int readBusy() {
        refresh();
        int handled = 0;
        for (Registration registration : polled) {
            if (registration.isBusy()) {
                registration.handle(PollIoOps.READ);
                handled++;
            }
        }
        return handled;
    }

    /** How many registrations wait for anything; when all of them were just read there is nothing to poll for. */
    private int readers() {
        int waiting = 0;
        for (Registration registration : polled) {
            if (registration.ops != PollIoOps.NONE) {
                waiting++;
            }
        }
        return waiting;
    }

    private int poll(IoHandlerContext context, boolean busy) {
        refresh();
        Registration[] waiting = polled;
        int ready = wait(context, busy);
        int handled = 0;
        // The last comes first: what watches an interface has registered after its device, and is to hear that longer
        // packets
        // come before they are read.
        for (int i = waiting.length - 1; i >= 0 && ready > 0; i--) {
            PollIoOps event = PollIoOps.of(poller.ready(i));
            if (event != PollIoOps.NONE) {
                waiting[i].handle(event);
                handled++;
            }
        }
        return handled;
    }

    private int wait(IoHandlerContext context, boolean busy) {
        if (busy) {
            return poller.poll(0);
        }
        asleep.set(true);
        try {
            return poller.poll(context.canBlock() ? timeoutNs(context) : 0);
        } finally {
            asleep.set(false);
        }
    }

    private static long timeoutNs(IoHandlerContext context) {
        return context.deadlineNanos() == -1 ? NO_TIMEOUT : context.delayNanos(System.nanoTime());
    }

    private void refresh() {
        if (!stale) {
            return;
        }
        stale = false;
        polled = registrations.toArray(Registration[]::new);
        poller.clear();
        for (Registration registration : polled) {
            // Without any event too: the kernel reports a device that is lost.
            poller.add(registration.handle.fd(), registration.ops.bits());
        }
    }

    @Override
    public void wakeup() {
        if (!executor.isExecutorThread(Thread.currentThread()) && asleep.getAndSet(false)) {
            poller.wake();
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return PollIoHandle.class.isAssignableFrom(handleType);
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        if (!(handle instanceof PollIoHandle pollHandle)) {
            throw new IllegalArgumentException("not a PollIoHandle: " + handle);
        }
        var registration = new Registration(pollHandle);
        registrations.add(registration);
        stale = true;
        handle.registered();
        return registration;
    }

    @Override
    public void prepareToDestroy() {
        for (Registration registration : List.copyOf(registrations)) {
            registration.close();
        }
    }

    @Override
    public void destroy() {
        poller.close();
    }

    /** One handle and what it waits for. */
    private final class Registration implements IoRegistration {
        private final PollIoHandle handle;
        private PollIoOps ops = PollIoOps.NONE;
        // Written by the event loop; isValid may be asked from any thread.
        private volatile boolean valid = true;

        private Registration(PollIoHandle handle) {
            this.handle = handle;
        }

        private boolean isBusy() {
            return ops.isRead() && !handle.isEmpty();
        }

        private void handle(IoEvent event) {
            if (valid) {
                handle.handle(this, event);
            }
        }

        @SuppressWarnings("unchecked")
        @Override
        public <T> T attachment() {
            return (T) PollIoHandler.this;
        }

        @Override
        public long submit(IoOps newOps) {
            if (!valid) {
                return -1;
            }
            if (executor.isExecutorThread(Thread.currentThread())) {
                setOps((PollIoOps) newOps);
            } else {
                executor.execute(() -> setOps((PollIoOps) newOps));
            }
            return ((PollIoOps) newOps).bits();
        }

        private void setOps(PollIoOps newOps) {
            if (ops != newOps) {
                ops = newOps;
                stale = true;
            }
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public boolean cancel() {
            if (!valid) {
                return false;
            }
            valid = false;
            if (executor.isExecutorThread(Thread.currentThread())) {
                remove();
            } else {
                executor.execute(this::remove);
            }
            return true;
        }

        private void remove() {
            registrations.remove(this);
            stale = true;
            handle.unregistered();
        }

        private void close() {
            cancel();
            handle.close();
        }
    }
}
