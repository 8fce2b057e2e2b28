// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelOption;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Napi;
import io.tunloop.device.Offload;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import java.util.List;
import java.util.Set;

/**
 * The options of a {@link TunChannel}. Those of the device count when it is opened, which is when the channel binds. On an
 * open one {@link #TUN_MTU}, {@link #TUN_ADDRESSES}, {@link #TUN_ROUTES}, {@link #TUN_UP} and {@link #TUN_TX_QUEUE_LENGTH} are
 * applied at once, with system calls of the caller's thread; all others are refused ({@code setOption} returns false), as
 * those of reading and of events are when the channel has begun to read.
 *
 * <p>What is read from an open channel is what the interface has now, but for what the kernel does not tell of a device, which
 * is what this channel asked for: {@link #TUN_ADDRESSES} and {@link #TUN_ROUTES} (those that it gave the interface),
 * {@link #TUN_NAPI}, {@link #TUN_EXCLUSIVE}, {@link #TUN_PERSIST}, {@link #TUN_OWNER}, {@link #TUN_GROUP} and
 * {@link #TUN_NETNS}.
 */
public final class TunChannelOption {
    /** Maximum transmission unit, in bytes, 68..65535; 0 (default) leaves the kernel's, 1500. */
    public static final ChannelOption<Integer> TUN_MTU = valueOf("TUN_MTU");

    /** Addresses that the interface gets, besides those it has; none by default. */
    public static final ChannelOption<List<InterfaceAddress>> TUN_ADDRESSES = valueOf("TUN_ADDRESSES");

    /** Routes through the interface, besides those it has; none by default. They need the link up, and go when it goes down. */
    public static final ChannelOption<List<Route>> TUN_ROUTES = valueOf("TUN_ROUTES");

    /** True (default) switches the interface on. False leaves it as it is while it is opened, and switches an open one off. */
    public static final ChannelOption<Boolean> TUN_UP = valueOf("TUN_UP");

    /** Length of the interface's transmit queue, in packets; 0 (default) leaves the kernel's, 500. */
    public static final ChannelOption<Integer> TUN_TX_QUEUE_LENGTH = valueOf("TUN_TX_QUEUE_LENGTH");

    /**
     * Offloads to ask the kernel for; none by default. With any, each message begins with a virtio_net_hdr of 10 bytes
     * and is up to 10 + 65,535 bytes long. What the kernel granted is {@link TunChannel#device()}'s to tell.
     */
    public static final ChannelOption<Set<Offload>> TUN_OFFLOADS = valueOf("TUN_OFFLOADS");

    /**
     * True has a virtio_net_hdr of 10 bytes in front of each message also without offloads: what is read are complete packets
     * of at most the MTU, while frames of up to 64 KiB may be written. False (default) leaves it to {@link #TUN_OFFLOADS}.
     */
    public static final ChannelOption<Boolean> TUN_VNET_HEADER = valueOf("TUN_VNET_HEADER");

    /** Who takes what is written through the kernel's stack; {@link Napi#OFF} by default. */
    public static final ChannelOption<Napi> TUN_NAPI = valueOf("TUN_NAPI");

    /** True opens one queue of a multi-queue device, which others may share; false (default) asks for it alone. */
    public static final ChannelOption<Boolean> TUN_MULTI_QUEUE = valueOf("TUN_MULTI_QUEUE");

    /** True refuses a multi-queue device that anybody has open; false (default) shares it. */
    public static final ChannelOption<Boolean> TUN_EXCLUSIVE = valueOf("TUN_EXCLUSIVE");

    /** True carries Ethernet frames (TAP), false (default) IP packets (TUN). */
    public static final ChannelOption<Boolean> TUN_TAP = valueOf("TUN_TAP");

    /** True keeps the interface when its last descriptor is closed; false (default) leaves what it is. */
    public static final ChannelOption<Boolean> TUN_PERSIST = valueOf("TUN_PERSIST");

    /**
     * The user id that may open a persistent device without CAP_NET_ADMIN; {@link TunDeviceConfig#NOBODY} (default) leaves what
     * it is.
     */
    public static final ChannelOption<Integer> TUN_OWNER = valueOf("TUN_OWNER");

    /** The group id that may, as {@link #TUN_OWNER}. */
    public static final ChannelOption<Integer> TUN_GROUP = valueOf("TUN_GROUP");

    /** The network namespace of the device, a name or a path with a slash; empty (default) for the caller's own. */
    public static final ChannelOption<String> TUN_NETNS = valueOf("TUN_NETNS");

    /**
     * True fires a {@link TunLinkEvent} when the interface goes up or down, has another MTU or is moved; false by default.
     * Takes one more descriptor, and CAP_SYS_ADMIN where the device is in another network namespace.
     */
    public static final ChannelOption<Boolean> TUN_LINK_EVENTS = valueOf("TUN_LINK_EVENTS");

    /** The most packets read, fired and then flushed together, 1..1024; default 16. */
    public static final ChannelOption<Integer> TUN_READ_BATCH = valueOf("TUN_READ_BATCH");

    /**
     * Bytes in front of each packet that a handler may write to, 0..65,535; default 0. An encapsulation puts its header there
     * ({@code packet.readerIndex(packet.readerIndex() - n)}) and needs neither a copy nor a composite. So have the packets that
     * a {@code GsoSplitter} makes. The virtio_net_hdr of an offloaded device lies behind it.
     */
    public static final ChannelOption<Integer> TUN_READ_HEADROOM = valueOf("TUN_READ_HEADROOM");

    /** Bytes behind each packet that a handler may write to, as {@link #TUN_READ_HEADROOM}; default 0. */
    public static final ChannelOption<Integer> TUN_READ_TAILROOM = valueOf("TUN_READ_TAILROOM");

    private TunChannelOption() {}

    private static <T> ChannelOption<T> valueOf(String name) {
        return ChannelOption.valueOf(TunChannelOption.class, name);
    }
}
