// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.channel.IoEventLoop;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.LinkEvent;
import io.tunloop.device.LinkMonitor;
import io.tunloop.device.LinkState;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import java.util.function.Consumer;

/**
 * Hears what happens to a device, logs it, and knows whether the device is up.
 *
 * <pre>
 * set down            packets to it are dropped and counted; goes on by itself when it is up again
 * MTU, address        forwarding goes on
 * carrier             forwarding goes on; the kernel sends nothing into a device without one
 * moved elsewhere     is down there; goes on when it is brought up
 * deleted             its channel ends the forwarding
 * </pre>
 * Thread: events on the event loop given; {@link #isUp} from any.
 */
final class DeviceWatch implements AutoCloseable {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(DeviceWatch.class);

    private final IoEventLoop loop;
    private final TunDevice device;
    private final Consumer<Boolean> upListener;
    private LinkMonitor monitor;
    private FdWatch watch;
    // Written by the event loop, read by any thread; null when the device is gone or nothing is known of it.
    private volatile LinkState state;

    private DeviceWatch(IoEventLoop loop, TunDevice device, Consumer<Boolean> upListener) {
        this.loop = loop;
        this.device = device;
        this.upListener = upListener;
    }

    /** @param upListener is told each time the device goes up or down */
    static DeviceWatch open(IoEventLoop loop, TunDevice device, Consumer<Boolean> upListener) {
        var deviceWatch = new DeviceWatch(loop, device, upListener);
        loop.submit(deviceWatch::monitor).syncUninterruptibly();
        return deviceWatch;
    }

    /** Where the device is now. */
    private void monitor() {
        try {
            monitor = LinkMonitor.open(device);
            state = device.state();
            watch = FdWatch.open(loop, monitor.fd(), this::read);
        } catch (TunException cause) {
            logger.warn("{} is not watched: {}", device.name(), cause.getMessage());
            forget();
        }
    }

    private void read() {
        try {
            monitor.read(this::handle);
        } catch (TunException cause) {
            logger.warn("{} is no longer watched: {}", device.name(), cause.getMessage());
            forget();
        }
    }

    private void handle(LinkEvent event) {
        switch (event.kind()) {
            case CHANGED -> changed(event.link());
            case ADDRESS_ADDED -> address("got", event.address());
            case ADDRESS_REMOVED -> address("lost", event.address());
            case DELETED -> {
                gone("was deleted");
                loop.execute(this::forget); // Not while it reads.
            }
            case MOVED -> {
                gone("was moved to another network namespace, and is down there until somebody brings it up");
                loop.execute(this::follow);
            }
        }
    }

    /** Link-local ones come and go with the link: no news. */
    private void address(String what, InterfaceAddress address) {
        if (address.address().isLinkLocalAddress()) {
            logger.debug("{} {} the address {}", device.name(), what, address);
        } else {
            logger.info("{} {} the address {}", device.name(), what, address);
        }
    }

    private void changed(LinkState now) {
        LinkState before = state;
        state = now;
        if (before == null) {
            return;
        }
        if (before.up() != now.up()) {
            logUp(now);
            upListener.accept(now.up());
        }
        if (before.carrier() != now.carrier() && now.up()) {
            logger.info("{} {} its carrier", now.name(), now.carrier() ? "has" : "lost");
        }
        if (before.mtuBytes() != now.mtuBytes()) {
            logger.info("{} has an MTU of {} now, it was {}", now.name(), now.mtuBytes(), before.mtuBytes());
        }
        if (!before.name().equals(now.name())) {
            logger.info("{} is named {} now", before.name(), now.name());
        }
    }

    private static void logUp(LinkState now) {
        if (now.up()) {
            logger.info("{} is up again", now.name());
        } else {
            logger.warn("{} is down: packets to it are dropped meanwhile", now.name());
        }
    }

    private void gone(String how) {
        logger.warn("{} {}", device.name(), how);
        state = null;
        upListener.accept(false);
    }

    /** A device arrives switched off; who is quick has switched it on before it is watched again, which no event tells. */
    private void follow() {
        forget();
        monitor();
        if (isUp()) {
            logUp(state);
            upListener.accept(true);
        }
    }

    private void forget() {
        state = null;
        if (watch != null) {
            watch.close();
            watch = null;
        }
        if (monitor != null) {
            closeMonitor();
            monitor = null;
        }
    }

    private void closeMonitor() {
        try {
            monitor.close();
        } catch (TunException cause) {
            logger.warn("the monitor of {} did not close: {}", device.name(), cause.getMessage());
        }
    }

    TunDevice device() {
        return device;
    }

    /** The name that the device was opened with. */
    String name() {
        return device.name();
    }

    /** True while the device is there and switched on. */
    boolean isUp() {
        LinkState now = state;
        return now != null && now.up();
    }

    /** A line for people. */
    String describe() {
        LinkState now = state;
        return now == null
                ? device.name() + ": gone, or not to be seen from here"
                : now.name() + ": " + (now.up() ? "up" : "down") + ", " + (now.carrier() ? "carrier" : "no carrier")
                        + ", MTU " + now.mtuBytes() + ", queue " + now.txQueueLength();
    }

    @Override
    public void close() {
        loop.submit(this::forget).syncUninterruptibly();
    }
}
