// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a device shall be like when it is open. The defaults open a plain TUN device that the kernel names, and bring it up.
 *
 * @param name the interface, 1 to 15 characters; empty to let the kernel choose ("tun0")
 * @param mtuBytes 68 to 65535; 0 to leave what the device has, 1500 when it is new
 * @param addresses added to what the device has
 * @param txQueueLength packets that wait for the reader; 0 to leave what the device has, 500 when it is new
 * @param offloads asked of the kernel; with any, each packet has a virtio_net_hdr in front
 * @param vnetHeader a virtio_net_hdr also where no offload is asked for: single packets are read, merged ones may be written
 * @param napi who takes what is written through the kernel's stack
 * @param multiQueue opens one more queue of a multi-queue device, which another process may share unseen
 * @param exclusive refuses a multi-queue device that anybody has open; one with a single queue has a single user anyway
 * @param tap Ethernet frames instead of IP packets
 * @param up brings the link up
 * @param routes through the device; they need the link up
 * @param persist the device stays when its last descriptor is closed; false leaves what it is
 * @param owner the user id that may open a persistent device without CAP_NET_ADMIN; {@link #NOBODY} to leave what it is
 * @param group the group id that may; {@link #NOBODY} to leave what it is
 * @param netns the network namespace of the device: a name that {@code ip netns} knows, or a path with a slash; empty for
 *     the caller's own. Another one needs CAP_SYS_ADMIN
 */
public record TunDeviceConfig(
        String name,
        int mtuBytes,
        List<InterfaceAddress> addresses,
        int txQueueLength,
        Set<Offload> offloads,
        boolean vnetHeader,
        Napi napi,
        boolean multiQueue,
        boolean exclusive,
        boolean tap,
        boolean up,
        List<Route> routes,
        boolean persist,
        int owner,
        int group,
        String netns) {
    /** No user, no group. */
    public static final int NOBODY = -1;

    /** The least an interface can have. Source: linux/if_ether.h, ETH_MIN_MTU. */
    public static final int MIN_MTU_BYTES = 68;

    /** The most that an IP packet can be. */
    public static final int MAX_MTU_BYTES = 65_535;

    /** The most of a TAP device: the Ethernet header counts. */
    public static final int MAX_TAP_MTU_BYTES = 65_521;

    /**
     * The most packets that wait for the reader: 4 MiB of pointers, which the kernel wants in one piece. It says EPERM to
     * more. Source: linux/ptr_ring.h, __ptr_ring_init_queue_alloc.
     */
    public static final int MAX_TX_QUEUE_LENGTH = 524_288;

    /** The least that IPv6 works with. Source: RFC 8200, section 5. */
    public static final int MIN_IPV6_MTU_BYTES = 1280;

    /** Checks each value and what they mean together. */
    public TunDeviceConfig {
        if (!name.isEmpty()) {
            InterfaceName.requireValid(name);
        }
        Objects.requireNonNull(netns, "netns");
        Objects.requireNonNull(napi, "napi");
        addresses = List.copyOf(addresses);
        Offload.requireValid(offloads);
        offloads = Set.copyOf(offloads);
        if (netns.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("netns must not have a zero byte: " + netns);
        }
        routes = List.copyOf(routes);
        requireValidMtu(mtuBytes, tap);
        requireMtuOfIpv6(mtuBytes, addresses, routes);
        if (!routes.isEmpty() && !up) {
            throw new IllegalArgumentException("routes need the link up: " + routes);
        }
        if (owner < NOBODY || group < NOBODY) {
            throw new IllegalArgumentException("owner and group must not be negative: " + owner + ", " + group);
        }
        if (txQueueLength < 0) {
            throw new IllegalArgumentException("txQueueLength must not be negative: " + txQueueLength);
        }
        if (txQueueLength > MAX_TX_QUEUE_LENGTH) {
            throw new IllegalArgumentException(
                    "txQueueLength must be 0.." + MAX_TX_QUEUE_LENGTH + ": " + txQueueLength);
        }
    }

    private static void requireValidMtu(int mtuBytes, boolean tap) {
        int max = tap ? MAX_TAP_MTU_BYTES : MAX_MTU_BYTES;
        if (mtuBytes != 0 && (mtuBytes < MIN_MTU_BYTES || mtuBytes > max)) {
            throw new IllegalArgumentException("MTU must be " + MIN_MTU_BYTES + ".." + max + ": " + mtuBytes);
        }
    }

    private static void requireMtuOfIpv6(int mtuBytes, List<InterfaceAddress> addresses, List<Route> routes) {
        boolean ipv6 = addresses.stream().anyMatch(InterfaceAddress::isIpv6)
                || routes.stream().anyMatch(Route::isIpv6);
        if (ipv6 && mtuBytes != 0 && mtuBytes < MIN_IPV6_MTU_BYTES) {
            throw new IllegalArgumentException("IPv6 needs an MTU of at least " + MIN_IPV6_MTU_BYTES + ": " + mtuBytes);
        }
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with these values. */
    public Builder toBuilder() {
        var builder = new Builder();
        builder.name = name;
        builder.mtuBytes = mtuBytes;
        builder.addresses.addAll(addresses);
        builder.txQueueLength = txQueueLength;
        builder.offloads.addAll(offloads);
        builder.vnetHeader = vnetHeader;
        builder.napi = napi;
        builder.multiQueue = multiQueue;
        builder.exclusive = exclusive;
        builder.tap = tap;
        builder.up = up;
        builder.routes.addAll(routes);
        builder.persist = persist;
        builder.owner = owner;
        builder.group = group;
        builder.netns = netns;
        return builder;
    }

    /** Collects the values; {@link #build} checks them. Each method is named for the record's component. */
    public static final class Builder {
        private String name = "";
        private int mtuBytes;
        private final List<InterfaceAddress> addresses = new ArrayList<>();
        private int txQueueLength;
        private final EnumSet<Offload> offloads = Offload.none();
        private boolean vnetHeader;
        private Napi napi = Napi.OFF;
        private boolean multiQueue;
        private boolean exclusive;
        private boolean tap;
        private boolean up = true;
        private final List<Route> routes = new ArrayList<>();
        private boolean persist;
        private int owner = NOBODY;
        private int group = NOBODY;
        private String netns = "";

        private Builder() {}

        /** Null or empty lets the kernel choose. */
        public Builder name(String name) {
            this.name = name == null ? "" : name;
            return this;
        }

        /** 68 to 65535; 0 (default) leaves what the device has. */
        public Builder mtuBytes(int mtuBytes) {
            this.mtuBytes = mtuBytes;
            return this;
        }

        /** Adds an address; may be called again for another. */
        public Builder address(InterfaceAddress address) {
            addresses.add(address);
            return this;
        }

        /** Replaces all addresses. */
        public Builder addresses(Collection<InterfaceAddress> addresses) {
            this.addresses.clear();
            this.addresses.addAll(addresses);
            return this;
        }

        /** Packets that wait for the reader at most; 0 (default) leaves what the device has. */
        public Builder txQueueLength(int packets) {
            txQueueLength = packets;
            return this;
        }

        /** Replaces all offloads. */
        public Builder offloads(Collection<Offload> offloads) {
            this.offloads.clear();
            this.offloads.addAll(offloads);
            return this;
        }

        /** True has a virtio_net_hdr in front of each packet; by default that depends on the offloads. */
        public Builder vnetHeader(boolean vnetHeader) {
            this.vnetHeader = vnetHeader;
            return this;
        }

        /** Who takes what is written through the kernel's stack; {@link Napi#OFF} by default. */
        public Builder napi(Napi napi) {
            this.napi = napi;
            return this;
        }

        /** True opens one queue of several; false by default. */
        public Builder multiQueue(boolean multiQueue) {
            this.multiQueue = multiQueue;
            return this;
        }

        /** True refuses a multi-queue device that anybody has open; false by default. */
        public Builder exclusive(boolean exclusive) {
            this.exclusive = exclusive;
            return this;
        }

        /** True for Ethernet frames; false by default. */
        public Builder tap(boolean tap) {
            this.tap = tap;
            return this;
        }

        /** False leaves the link as it is; true by default. */
        public Builder up(boolean up) {
            this.up = up;
            return this;
        }

        /** Adds a route; may be called again for another. */
        public Builder route(Route route) {
            routes.add(route);
            return this;
        }

        /** Replaces all routes. */
        public Builder routes(Collection<Route> routes) {
            this.routes.clear();
            this.routes.addAll(routes);
            return this;
        }

        /** True keeps the interface when the last descriptor is closed; false by default. */
        public Builder persist(boolean persist) {
            this.persist = persist;
            return this;
        }

        /** The user id that may open it without CAP_NET_ADMIN. */
        public Builder owner(int uid) {
            owner = uid;
            return this;
        }

        /** The group id that may open it without CAP_NET_ADMIN. */
        public Builder group(int gid) {
            group = gid;
            return this;
        }

        /** Null or empty for the caller's own. */
        public Builder netns(String nameOrPath) {
            netns = nameOrPath == null ? "" : nameOrPath;
            return this;
        }

        /** Throws IllegalArgumentException with the rule that a value breaks. */
        public TunDeviceConfig build() {
            return new TunDeviceConfig(
                    name,
                    mtuBytes,
                    addresses,
                    txQueueLength,
                    offloads,
                    vnetHeader,
                    napi,
                    multiQueue,
                    exclusive,
                    tap,
                    up,
                    routes,
                    persist,
                    owner,
                    group,
                    netns);
        }
    }
}
