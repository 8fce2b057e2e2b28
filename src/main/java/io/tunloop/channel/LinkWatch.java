// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.LinkEvent;
import io.tunloop.device.LinkMonitor;
import io.tunloop.device.LinkState;
import io.tunloop.device.TunException;

/**
 * Turns what the kernel tells of an interface into user events of its channel. The event loop waits for the kernel's
 * messages together with the packets: nothing is polled.
 *
 * Ownership: owns its {@link LinkMonitor}.
 * Thread: the channel's event loop only.
 */
abstract class LinkWatch implements IoHandle {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LinkWatch.class);

    private final TunChannel channel;
    private LinkMonitor monitor;
    private LinkState last;
    private IoRegistration registration;
    private boolean moved;

    LinkWatch(TunChannel channel) throws TunException {
        this.channel = channel;
        monitor = open();
    }

    // The state is asked for after the subscription: a change in between is told twice, never lost.
    private LinkMonitor open() throws TunException {
        LinkMonitor opened = LinkMonitor.open(channel.device());
        try {
            last = channel.device().state();
        } catch (TunException failure) {
            opened.close();
            throw failure;
        }
        channel.mtuChanged(last.mtuBytes()); // It may have grown since the device was opened.
        return opened;
    }

    /** What to tell the poller: wait for messages. */
    abstract IoOps readOps();

    final int monitorFd() {
        return monitor.fd();
    }

    final void register(IoEventLoop loop) {
        channel.register(loop, this).addListener(registered -> {
            if (registered.isSuccess()) {
                registration = (IoRegistration) registered.getNow();
                registration.submit(readOps());
            } else {
                giveUp(registered.cause());
            }
        });
    }

    final void deregister() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    @Override
    public final void handle(IoRegistration ready, IoEvent event) {
        try {
            monitor.read(this::tell);
            if (moved && registration != null) {
                follow();
            }
        } catch (TunException cause) {
            giveUp(cause);
        }
    }

    private void tell(LinkEvent event) {
        if (event.kind() == LinkEvent.Kind.MOVED) {
            moved = true;
            fire(TunLinkEvent.Kind.MOVED, last);
        } else if (event.kind() == LinkEvent.Kind.CHANGED || event.kind() == LinkEvent.Kind.RETURNED) {
            changed(event.link());
        }
    }

    private void changed(LinkState link) {
        LinkState before = last;
        last = link;
        if (isUp(link) != isUp(before)) {
            fire(isUp(link) ? TunLinkEvent.Kind.UP : TunLinkEvent.Kind.DOWN, link);
        }
        if (link.mtuBytes() != before.mtuBytes()) {
            channel.mtuChanged(link.mtuBytes());
            fire(TunLinkEvent.Kind.MTU, link);
        }
    }

    private static boolean isUp(LinkState link) {
        return link.up() && link.carrier();
    }

    private void fire(TunLinkEvent.Kind kind, LinkState link) {
        channel.pipeline().fireUserEventTriggered(new TunLinkEvent(kind, link));
    }

    /** The old namespace says no more, until the interface is back: ask where it is now. */
    private void follow() throws TunException {
        moved = false;
        LinkState before = last;
        LinkMonitor there;
        try {
            there = open();
        } catch (TunException cause) {
            LOGGER.debug("{}: no link events of where it was moved to: {}", channel, cause.getMessage());
            return;
        }
        deregister();
        monitor.close();
        monitor = there;
        register((IoEventLoop) channel.eventLoop());
        LinkState now = last;
        last = before;
        changed(now);
    }

    /** Packets still pass; only the events end. */
    private void giveUp(Throwable cause) {
        LOGGER.warn("{}: no more link events", channel, cause);
        close();
    }

    @Override
    public final void close() {
        deregister();
        try {
            monitor.close();
        } catch (TunException cause) {
            LOGGER.warn("{}: cannot close its link monitor", channel, cause);
        }
    }
}
