// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.NativeLibrary;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * One open queue of a TUN or TAP device: packets that the kernel sends into it are read here, packets written here are
 * received by the kernel.
 *
 * <pre>
 * plain       | IP packet (tap: Ethernet frame)           |
 * offloaded   | virtio_net_hdr 10 B | IP packet, to 65535 B |
 * </pre>
 * Units: lengths in bytes.
 * Ownership: owns its descriptor; a device that is not persistent goes when its last descriptor is closed.
 * Thread: read and write may run in different threads; close only when neither runs, or a foreign descriptor is used. All
 * else from any thread at any time: a close waits until a call that asks or changes something is done.
 * Errors: {@link TunException}; from read and write only when the device is lost, from all with EBADF when it is closed.
 * Source: linux/if_tun.h; Documentation/networking/tuntap.rst.
 */
public final class TunDevice implements PacketIo, AutoCloseable {
    /** The size of the virtio_net_hdr in front of each packet of a device that has one. */
    public static final int VNET_HEADER_BYTES = 10;

    static {
        NativeLibrary.ensureLoaded();
    }

    private static final int CLOSED = -1;

    /** Something that is done with the open descriptor. */
    interface Call<T> {
        T on(int fd) throws TunException;
    }

    private final Object lock = new Object();
    private final String name;
    private final int mtuBytes;
    private final int flags;
    private final EnumSet<Offload> offloads;
    private final DeviceLink link;
    private final boolean shared;
    // Written by whoever closes, who has the lock.
    private volatile int fd;

    /** @param shared another process has the descriptor too, and can make it blocking at any time */
    TunDevice(
            int fd, boolean shared, DeviceLink link, String name, int mtuBytes, int flags, EnumSet<Offload> offloads) {
        this.fd = fd;
        this.shared = shared;
        this.link = link;
        this.name = name;
        this.mtuBytes = mtuBytes;
        this.flags = flags;
        this.offloads = offloads;
    }

    /** Opens the device, which the kernel makes if it does not exist, and configures it. */
    public static TunDevice open(TunDeviceConfig config) throws TunException {
        return TunOpener.open(config);
    }

    /**
     * Takes over a descriptor that is attached to a device already, inherited for example; with all offloads that the
     * kernel grants if it has a virtio_net_hdr. From here on it belongs to the device, unless this fails. Whoever has it too
     * may close it, or make it blocking: no call waits all the same.
     */
    public static TunDevice attach(int fd) throws TunException {
        return TunOpener.adopt(fd);
    }

    /** The same, with these offloads; a descriptor without a virtio_net_hdr can have none. */
    public static TunDevice attach(int fd, Set<Offload> offloads) throws TunException {
        return TunOpener.adopt(fd, offloads);
    }

    /**
     * Connects to a Unix stream socket and takes over the descriptor that whoever listens there sends with SCM_RIGHTS, in
     * one message with at least one byte. Waits ten seconds at most.
     */
    public static TunDevice receive(Path socket) throws TunException {
        return TunOpener.receive(socket, null);
    }

    /** The same, with these offloads; a descriptor without a virtio_net_hdr can have none. */
    public static TunDevice receive(Path socket, Set<Offload> offloads) throws TunException {
        return TunOpener.receive(socket, offloads);
    }

    /**
     * The descriptor, non-blocking and close-on-exec; -1 when closed. It stays this device's, and non-blocking: reads of a
     * device that was opened here would wait if somebody who was given it changed that.
     */
    public int fd() {
        return fd;
    }

    /** The name that the device had when it was opened. */
    public String name() {
        return name;
    }

    /** The MTU that the device had when it was opened. */
    public int mtuBytes() {
        return mtuBytes;
    }

    /** What the kernel granted of the offloads asked for: a new set each time. */
    public EnumSet<Offload> offloads() {
        return offloads.clone();
    }

    /** The bytes in front of each packet: {@link #VNET_HEADER_BYTES} or 0. */
    public int vnetHeaderBytes() {
        return (flags & TunOpener.IFF_VNET_HDR) == 0 ? 0 : VNET_HEADER_BYTES;
    }

    /** True for Ethernet frames, false for IP packets. */
    public boolean isTap() {
        return (flags & TunOpener.IFF_TAP) != 0;
    }

    /** True for one queue of a multi-queue device. */
    public boolean isMultiQueue() {
        return (flags & TunOpener.IFF_MULTI_QUEUE) != 0;
    }

    /** True until it is closed. */
    public boolean isOpen() {
        return fd != CLOSED;
    }

    /** One system call per packet. */
    @Override
    public int read(PacketVector vector) throws TunException {
        try {
            int count = Native.read(fd, shared, vector.iovAddress(), vector.resultsAddress(), vector.packets());
            return count >= 0 ? count : TunException.check("read", name, count);
        } finally {
            Reference.reachabilityFence(vector);
        }
    }

    /** One system call per packet. A packet that the kernel refuses with EINVAL ends the batch. */
    @Override
    public int write(PacketVector vector) throws TunException {
        try {
            int count = Native.write(
                    fd, shared, vector.iovAddress(), vector.spansAddress(), vector.resultsAddress(), vector.packets());
            return count >= 0 ? count : TunException.check("write", name, count);
        } finally {
            Reference.reachabilityFence(vector);
        }
    }

    /** A second descriptor of the same queue, to be closed on its own. */
    public TunDevice dup() throws TunException {
        return call("dup", open -> {
            int copy = TunException.check("dup", name, Native.dup(open));
            return new TunDevice(copy, shared, link.share(), name, mtuBytes, flags, offloads);
        });
    }

    /** What the interface is like now, wherever it was moved to and whatever it was renamed to. */
    public LinkState state() throws TunException {
        return call("state", open -> link.call(open, Link::state));
    }

    /** The kernel's counters of the interface. */
    public LinkStatistics statistics() throws TunException {
        return call("statistics", open -> link.call(open, Link::statistics));
    }

    /** Switches the interface on or off. Needs CAP_NET_ADMIN. */
    public void setUp(boolean up) throws TunException {
        DeviceLink.Call<Void> change = (there, name) -> {
            there.setUp(name, up);
            return null;
        };
        call("setUp", open -> link.call(open, change));
    }

    /**
     * Gives the interface the MTU, the queue length, the addresses, the routes and the state that a configuration names, as
     * {@link #open} does; what it has besides stays. Needs CAP_NET_ADMIN to change anything. When it fails nothing is
     * changed.
     */
    public InterfaceChange configure(TunDeviceConfig config) throws TunException {
        DeviceLink.Call<InterfaceSetup> change = (there, name) -> InterfaceSetup.apply(there, name, config);
        InterfaceSetup setup = call("configure", open -> link.call(open, change));
        DeviceLink.Call<Void> undo = (there, name) -> {
            setup.undo(there, name);
            return null;
        };
        return () -> call("undo", open -> link.call(open, undo));
    }

    /** Plugs the interface in or out, as far as the kernel can see. Needs no rights, and Linux 5.0. */
    public void setCarrier(boolean carrier) throws TunException {
        call(
                "setCarrier",
                open -> TunException.check("ioctl(TUNSETCARRIER)", name, Native.tunSetCarrier(open, carrier)));
    }

    /** Calls with the descriptor, which nobody closes meanwhile: its number stays this device's. */
    <T> T call(String what, Call<T> call) throws TunException {
        synchronized (lock) {
            if (fd == CLOSED) {
                throw new TunException(what, name, Errno.EBADF);
            }
            return call.on(fd);
        }
    }

    /** True if another process has the descriptor too, and can make it blocking. */
    boolean isShared() {
        return shared;
    }

    /** Closes the descriptor; does nothing the second time. */
    @Override
    public void close() throws TunException {
        synchronized (lock) {
            int open = fd;
            if (open != CLOSED) {
                fd = CLOSED;
                link.close();
                TunException.check("close", name, Native.close(open));
            }
        }
    }

    @Override
    public String toString() {
        return "TunDevice(" + name + ", fd " + fd + ", MTU " + mtuBytes + ", " + offloads + ')';
    }

    /** The name of the device that a descriptor is attached to. */
    static String nameOf(int fd) throws TunException {
        byte[] bytes = new byte[InterfaceName.MAX_BYTES + 1];
        TunException.check("ioctl(TUNGETIFF)", "fd " + fd, Native.tunDevice(fd, bytes));
        int length = 0;
        while (bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
