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

    /** One that is there already is no error. */
    void addAddress(String name, InterfaceAddress address) throws TunException {
        int result = Native.ifAddAddress(socket, name, address.address().getAddress(), address.prefixLength());
        checkIp("netlink(RTM_NEWADDR " + address + ')', name, address.isIpv6(), result);
    }

    void removeAddress(String name, InterfaceAddress address) throws TunException {
        int result = Native.ifRemoveAddress(socket, name, address.address().getAddress(), address.prefixLength());
        TunException.check("netlink(RTM_DELADDR " + address + ')', name, result);
    }

    /** In place of another one to the same destination with the same metric. */
    void addRoute(String name, Route route) throws TunException {
        int result = Native.ifAddRoute(
                socket, name, route.destination().getAddress(), route.prefixLength(), gateway(route), route.metric());
        checkIp("netlink(RTM_NEWROUTE " + route + ')', name, route.isIpv6(), result);
    }

    void removeRoute(String name, Route route) throws TunException {
        int result = Native.ifRemoveRoute(
                socket, name, route.destination().getAddress(), route.prefixLength(), gateway(route), route.metric());
        TunException.check("netlink(RTM_DELROUTE " + route + ')', name, result);
    }

    private static byte[] gateway(Route route) {
        return route.gateway() == null ? null : route.gateway().getAddress();
    }

    /** The kernel has several errors for an interface without IPv6, which mean something else elsewhere. */
    private void checkIp(String call, String name, boolean ipv6, int result) throws TunException {
        String remedy = ipv6 && result < 0 ? Remedy.ofIpv6(name, -result, mtu(name)) : null;
        if (remedy != null) {
            throw new TunException(call, name, -result, remedy);
        }
        TunException.check(call, name, result);
    }

    /** True if it is there, with any metric if the route names none. */
    boolean hasRoute(String name, Route route) throws TunException {
        return routes(name, route.isIpv6()).stream().anyMatch(route::isMetBy);
    }

    /** Those of one IP version in the main table that lead through this interface. */
    private List<Route> routes(String name, boolean ipv6) throws TunException {
        int index = state(name).index();
        var routes = new ArrayList<Route>();
        String call = "netlink(RTM_GETROUTE)";
        TunException.check(call, name, Native.netlinkAskRoutes(socket, ipv6, index));
        receiveAll(call, message -> {
            RouteMessage route = RouteMessage.of(message);
            if (route != null && route.index() == index) {
                routes.add(route.route());
            }
        });
        return routes;
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

    List<InterfaceAddress> addresses(String name) throws TunException {
        return addresses().getOrDefault(state(name).index(), List.of());
    }

    /** How many open descriptors packets of a TUN device are spread over; 0 for one that nobody has open, or no device. */
    int queues(String name) throws TunException {
        try {
            LinkMessage link = link(name);
            return link.isTun() ? link.tunInterface(List.of()).queues() : 0;
        } catch (TunException failure) {
            if (failure.errno() == Errno.ENODEV) {
                return 0;
            }
            throw failure;
        }
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
