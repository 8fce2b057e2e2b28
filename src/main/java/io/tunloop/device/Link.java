// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The interfaces of one network namespace, through a netlink socket that was opened in it: asks and changes them by name.
 *
 * Ownership: owns the socket.
 * Thread: one at a time; the answer to a question is the next thing on the socket.
 * Source: rtnetlink(7); netdevice(7).
 */
final class Link implements AutoCloseable {
    /** As much as the kernel puts into one datagram of a dump. */
    private static final int BUFFER_BYTES = 32_768;

    private final int socket;

    private Link(int socket) {
        this.socket = socket;
    }

    static Link open(NetworkNamespace namespace) throws TunException {
        return new Link(namespace.openNetlink());
    }

    void setMtu(String name, int bytes) throws TunException {
        TunException.check("ioctl(SIOCSIFMTU)", name, Native.ifSetMtu(socket, name, bytes));
    }

    void setTxQueueLength(String name, int packets) throws TunException {
        TunException.check("netlink(RTM_NEWLINK, txqueuelen)", name, Native.ifSetTxQueueLength(socket, name, packets));
    }

    void setUp(String name, boolean up) throws TunException {
        TunException.check("ioctl(SIOCSIFFLAGS)", name, Native.ifSetUp(socket, name, up));
    }

    // Who may only attach to a persistent device finds its address there, put by who made it.
    void addAddress(String name, InterfaceAddress address) throws TunException {
        int result = Native.ifAddAddress(socket, name, address.address().getAddress(), address.prefixLength());
        if (result != -Errno.EPERM || !hasAddress(name, address)) {
            TunException.check("netlink(RTM_NEWADDR " + address + ')', name, result);
        }
    }

    private boolean hasAddress(String name, InterfaceAddress address) throws TunException {
        return addresses().getOrDefault(state(name).index(), List.of()).contains(address);
    }

    void addRoute(String name, Route route) throws TunException {
        byte[] gateway = route.gateway() == null ? null : route.gateway().getAddress();
        TunException.check(
                "netlink(RTM_NEWROUTE " + route + ')',
                name,
                Native.ifAddRoute(
                        socket, name, route.destination().getAddress(), route.prefixLength(), gateway, route.metric()));
    }

    int mtu(String name) throws TunException {
        return TunException.check("ioctl(SIOCGIFMTU)", name, Native.ifMtu(socket, name));
    }

    LinkState state(String name) throws TunException {
        return link(name).state();
    }

    LinkStatistics statistics(String name) throws TunException {
        return link(name).statistics();
    }

    /** All devices of the TUN driver. */
    List<TunInterface> tunInterfaces() throws TunException {
        Map<Integer, List<InterfaceAddress>> addresses = addresses();
        var interfaces = new ArrayList<TunInterface>();
        TunException.check("netlink(RTM_GETLINK)", "all links", Native.netlinkAskLink(socket, null));
        receiveAll("netlink(RTM_GETLINK)", message -> {
            LinkMessage link = LinkMessage.of(message);
            if (link != null && link.isTun()) {
                interfaces.add(link.tunInterface(addresses.getOrDefault(link.index(), List.of())));
            }
        });
        return interfaces;
    }

    private Map<Integer, List<InterfaceAddress>> addresses() throws TunException {
        var byIndex = new HashMap<Integer, List<InterfaceAddress>>();
        TunException.check("netlink(RTM_GETADDR)", "all links", Native.netlinkAskAddresses(socket));
        receiveAll("netlink(RTM_GETADDR)", message -> {
            AddressMessage address = AddressMessage.of(message);
            if (address != null && address.address() != null) {
                byIndex.computeIfAbsent(address.index(), index -> new ArrayList<>())
                        .add(address.address());
            }
        });
        return byIndex;
    }

    private LinkMessage link(String name) throws TunException {
        String call = "netlink(RTM_GETLINK)";
        TunException.check(call, name, Native.netlinkAskLink(socket, name));
        for (NetlinkMessage message : receive(call, name)) {
            if (message.type() == NetlinkMessage.ERROR) {
                TunException.check(call, name, message.error());
            }
            if (message.type() == NetlinkMessage.NEW_LINK && LinkMessage.of(message) != null) {
                return LinkMessage.of(message);
            }
        }
        throw new TunException(call, name, Errno.EPROTO);
    }

    /** Receives the datagrams of a dump to its end. */
    private void receiveAll(String call, Consumer<NetlinkMessage> consumer) throws TunException {
        while (true) {
            for (NetlinkMessage message : receive(call, "all links")) {
                switch (message.type()) {
                    case NetlinkMessage.DONE -> {
                        return;
                    }
                    case NetlinkMessage.ERROR -> TunException.check(call, "all links", message.error());
                    default -> consumer.accept(message);
                }
            }
        }
    }

    private List<NetlinkMessage> receive(String call, String device) throws TunException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int length = TunException.check(call, device, Native.netlinkReceive(socket, buffer));
        return NetlinkMessage.parse(buffer, length);
    }

    @Override
    public void close() {
        Native.close(socket);
    }
}
