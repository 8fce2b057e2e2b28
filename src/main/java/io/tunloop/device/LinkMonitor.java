// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.NativeLibrary;
import java.util.function.Consumer;

/**
 * Hears from the kernel what happens to a device: up and down, carrier, MTU, addresses, deletion, a move to another network
 * namespace. Register {@link #fd} with a poller and {@link #read} when it is readable.
 *
 * <p>It stays with the network namespace that it was opened in. When the device is moved away, open another one to hear of
 * it there, which takes rights; this one tells when it is back. Meanwhile it takes a TUN device of the same name for it.
 *
 * Ownership: owns its descriptor.
 * Thread: one at a time.
 * Errors: {@link TunException}. Messages lost because nobody read them are made good by asking for the present state.
 * Source: rtnetlink(7), RTMGRP_LINK and RTMGRP_*_IFADDR.
 */
public final class LinkMonitor implements AutoCloseable {
    static {
        NativeLibrary.ensureLoaded();
    }

    private static final int BUFFER_BYTES = 32_768;
    private static final int CLOSED = -1;

    private final TunDevice tun;
    private final String device;
    /** A device that has been elsewhere may have another one. */
    private int index;

    private LinkState last;
    /** Messages were lost, and the answer to the question what the links are like now has not been asked for yet. */
    private boolean stale;
    /** That answer is under way. */
    private boolean asking;
    /** It has shown this device. */
    private boolean seen;
    /** The device was moved elsewhere. */
    private boolean away;
    /** The device was deleted, and the last event has been told. */
    private boolean gone;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int fd;

    private LinkMonitor(TunDevice tun, int fd, LinkState link) {
        this.tun = tun;
        this.fd = fd;
        device = link.name();
        index = link.index();
        last = link;
    }

    /**
     * Monitors a device in the network namespace that it is in now. A device in another one than the caller's needs
     * CAP_NET_ADMIN and CAP_SYS_ADMIN.
     */
    public static LinkMonitor open(TunDevice device) throws TunException {
        return device.call("monitor", tunFd -> open(device, tunFd));
    }

    private static LinkMonitor open(TunDevice device, int tunFd) throws TunException {
        try (NetworkNamespace namespace = NetworkNamespace.of(tunFd)) {
            int fd = namespace.subscribeNetlink();
            try (Link link = Link.open(namespace)) {
                // Asked after the subscription, so that no change falls between the two.
                return new LinkMonitor(device, fd, link.state(TunDevice.nameOf(tunFd)));
            } catch (TunException failure) {
                Native.close(fd);
                throw failure;
            }
        }
    }

    /** A non-blocking descriptor that is readable when there is something to read; -1 when closed. */
    public int fd() {
        return fd;
    }

    /**
     * Reads all that happened to the device, in order. A consumer may close this monitor, and then hears no more.
     *
     * @return the number of events, 0 when there was nothing about this device
     */
    public int read(Consumer<LinkEvent> consumer) throws TunException {
        int events = 0;
        while (fd != CLOSED) {
            int length = Native.netlinkReceive(fd, buffer);
            if (length == -Errno.EAGAIN) {
                return events;
            }
            if (length == -Errno.ENOBUFS) {
                stale = true;
                askAgain();
            } else if (length != -Errno.EMSGSIZE) {
                // A message longer than the buffer is about a device of another kind, with many virtual functions.
                events += deliver(TunException.check("netlink(recv)", device, length), consumer);
            }
        }
        return events;
    }

    // The answer comes over the same socket: a NEW_LINK for each link, then DONE. One question at a time is allowed.
    private void askAgain() throws TunException {
        if (stale && !asking) {
            TunException.check("netlink(RTM_GETLINK)", device, Native.netlinkAskLink(fd, null));
            stale = false;
            asking = true;
            seen = false;
        }
    }

    private int deliver(int length, Consumer<LinkEvent> consumer) throws TunException {
        int events = 0;
        for (NetlinkMessage message : NetlinkMessage.parse(buffer, length)) {
            LinkEvent event = event(message);
            if (event != null && !gone && fd != CLOSED) {
                gone = event.kind() == LinkEvent.Kind.DELETED;
                consumer.accept(event);
                events++;
            }
        }
        return events;
    }

    /** Null for a message about something else. */
    private LinkEvent event(NetlinkMessage message) throws TunException {
        return switch (message.type()) {
            case NetlinkMessage.NEW_LINK, NetlinkMessage.DELETE_LINK -> linkEvent(message);
            case NetlinkMessage.NEW_ADDRESS -> addressEvent(message, LinkEvent.Kind.ADDRESS_ADDED);
            case NetlinkMessage.DELETE_ADDRESS -> addressEvent(message, LinkEvent.Kind.ADDRESS_REMOVED);
            case NetlinkMessage.DONE -> endOfAnswer();
            default -> null;
        };
    }

    // A device that is not in the answer went unheard.
    private LinkEvent endOfAnswer() throws TunException {
        LinkEvent event = seen || away ? null : LinkEvent.of(LinkEvent.Kind.DELETED, last);
        asking = false;
        askAgain();
        return event;
    }

    private LinkEvent linkEvent(NetlinkMessage message) throws TunException {
        LinkMessage link = LinkMessage.of(message);
        if (link != null && away && message.type() == NetlinkMessage.NEW_LINK && isDevice(link)) {
            away = false;
            seen = true;
            index = link.index();
            last = link.state();
            return LinkEvent.of(LinkEvent.Kind.RETURNED, last);
        }
        if (link == null || away || link.index() != index) {
            return null;
        }
        // Older news may lie in front of the answer.
        seen |= message.isPartOfDump();
        last = link.state();
        if (message.type() == NetlinkMessage.NEW_LINK) {
            return LinkEvent.of(LinkEvent.Kind.CHANGED, last);
        }
        away = link.isMove();
        return LinkEvent.of(away ? LinkEvent.Kind.MOVED : LinkEvent.Kind.DELETED, last);
    }

    // By its name: where it is, a process without rights is not told, and its number may have changed.
    private boolean isDevice(LinkMessage link) throws TunException {
        return link.isTun() && link.state().name().equals(tun.call("monitor", TunDevice::nameOf));
    }

    private LinkEvent addressEvent(NetlinkMessage message, LinkEvent.Kind kind) {
        AddressMessage address = AddressMessage.of(message);
        if (address == null || away || address.index() != index || address.address() == null) {
            return null;
        }
        return LinkEvent.of(kind, address.address());
    }

    /** Closes the descriptor; does nothing the second time. */
    @Override
    public void close() throws TunException {
        int open = fd;
        fd = CLOSED;
        if (open != CLOSED) {
            TunException.check("close", device, Native.close(open));
        }
    }
}
