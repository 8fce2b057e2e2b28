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
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import java.util.function.Consumer;

/**
 * Hears what happens to a device, logs it, and knows whether the device is up.
 *
 * <pre>
 * set down            packets to it are dropped and counted; goes on by itself when it is up again
 * MTU, address        forwarding goes on; the IPv6 addresses that a small MTU takes away are put back with a larger one
 * carrier             forwarding goes on; the kernel sends nothing into a device without one
 * moved elsewhere     is down there; goes on when it is brought up, there or where it was opened
 * deleted             its channel ends the forwarding
 * </pre>
 * Thread: events on the event loop given; {@link #isUp} from any.
 */
final class DeviceWatch implements AutoCloseable {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(DeviceWatch.class);

    private final IoEventLoop loop;
    private final TunDevice device;
    private final Consumer<Boolean> upListener;
    // Where it was opened, until it is deleted: to hear that it is back, which after rights were dropped nobody else
    // tells.
    private Source home;
    // Where it was moved to, if that can be heard.
    private Source away;
    // Where it is now; null while nobody knows.
    private Source active;
    // Written by whoever reads the configuration, read by the event loop.
    private volatile TunDeviceConfig config;
    // Written by the event loop, read by any thread; null when the device is gone or nothing is known of it.
    private volatile LinkState state;

    private DeviceWatch(IoEventLoop loop, TunDevice device, TunDeviceConfig config, Consumer<Boolean> upListener) {
        this.loop = loop;
        this.device = device;
        this.config = config;
        this.upListener = upListener;
    }

    /**
     * @param config what the device shall be like
     * @param upListener is told each time the device goes up or down
     */
    static DeviceWatch open(IoEventLoop loop, TunDevice device, TunDeviceConfig config, Consumer<Boolean> upListener) {
        var watch = new DeviceWatch(loop, device, config, upListener);
        loop.submit(watch::watchHome).syncUninterruptibly();
        return watch;
    }

    private void watchHome() {
        try {
            home = new Source();
            active = home;
            state = device.state();
        } catch (TunException cause) {
            logger.warn("{} is not watched: {}", device.name(), cause.getMessage());
            forget();
        }
    }

    /** The device shall be like this from now on. */
    void configured(TunDeviceConfig changed) {
        config = changed;
    }

    private void handle(Source source, LinkEvent event) {
        if (event.kind() == LinkEvent.Kind.RETURNED && source == home) {
            returned(event.link());
        } else if (source == active) {
            handle(event);
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
                active = null;
                loop.execute(this::follow);
            }
            case RETURNED -> {
                // Of the place that it was moved to: another one is watched there by now.
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
            ipv6(before, now);
        }
        if (!before.name().equals(now.name())) {
            logger.info("{} is named {} now", before.name(), now.name());
        }
    }

    /** Below its least MTU the kernel takes IPv6 off the interface, and puts back no more than a link-local address. */
    private void ipv6(LinkState before, LinkState now) {
        boolean had = before.mtuBytes() >= TunDeviceConfig.MIN_IPV6_MTU_BYTES;
        boolean has = now.mtuBytes() >= TunDeviceConfig.MIN_IPV6_MTU_BYTES;
        if (had && !has) {
            logger.warn(
                    "{} has no IPv6 addresses and routes any more: IPv6 needs an MTU of {}; those of the configuration "
                            + "come back with it",
                    now.name(),
                    TunDeviceConfig.MIN_IPV6_MTU_BYTES);
        } else if (!had && has) {
            restore(now);
        }
    }

    private void restore(LinkState now) {
        TunDeviceConfig lost = Ipv6Settings.of(config, now.up());
        if (lost.addresses().isEmpty() && lost.routes().isEmpty()) {
            return;
        }
        try {
            device.configure(lost);
            logger.info("{} has the IPv6 addresses and routes of the configuration again", now.name());
        } catch (TunException cause) {
            logger.warn("{} does not get its IPv6 addresses and routes back: {}", now.name(), cause.getMessage());
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
        closeAway();
        if (active == home) {
            return; // It is back by now.
        }
        try {
            away = new Source();
            active = away;
            arrived(device.state());
        } catch (TunException cause) {
            active = null;
            logger.info(
                    "{} cannot be watched where it is; it is again when it comes back: {}",
                    device.name(),
                    cause.getMessage());
        }
    }

    private void returned(LinkState now) {
        active = home;
        loop.execute(this::closeAway); // It may be reading.
        logger.info("{} is back in its network namespace{}", now.name(), now.up() ? "" : ", and down");
        arrived(now);
    }

    private void arrived(LinkState now) {
        boolean wasUp = isUp();
        state = now;
        if (now.up() && !wasUp) {
            logUp(now);
            upListener.accept(true);
        }
    }

    private void forget() {
        state = null;
        active = null;
        closeAway();
        if (home != null) {
            home.close();
            home = null;
        }
    }

    private void closeAway() {
        if (away != null) {
            away.close();
            away = null;
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

    /** A monitor in the network namespace that the device is in when it is opened. */
    private final class Source implements AutoCloseable {
        private final LinkMonitor monitor;
        private final FdWatch watch;

        Source() throws TunException {
            monitor = LinkMonitor.open(device);
            watch = FdWatch.open(loop, monitor.fd(), this::read);
        }

        private void read() {
            try {
                monitor.read(event -> handle(this, event));
            } catch (TunException cause) {
                logger.warn("{} is no longer watched: {}", device.name(), cause.getMessage());
                forget();
            }
        }

        @Override
        public void close() {
            watch.close();
            try {
                monitor.close();
            } catch (TunException cause) {
                logger.warn("the monitor of {} did not close: {}", device.name(), cause.getMessage());
            }
        }
    }
}
