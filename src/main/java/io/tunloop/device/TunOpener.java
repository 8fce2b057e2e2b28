// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.EnumSet;

/**
 * The steps that open a device: attach, then everything that belongs to the device and outlives a detach, then the
 * interface. Closes what it opened when a step fails.
 */
final class TunOpener {
    // linux/if_tun.h
    private static final int IFF_TUN = 0x0001;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;

    private TunOpener() {}

    static TunDevice open(TunDeviceConfig config) throws TunException {
        try (NetworkNamespace namespace = NetworkNamespace.open(config.netns())) {
            int fd = namespace.openTun();
            try {
                return attach(fd, config, namespace);
            } catch (Throwable failure) {
                Native.close(fd);
                throw failure;
            }
        }
    }

    private static TunDevice attach(int fd, TunDeviceConfig config, NetworkNamespace namespace) throws TunException {
        String wanted = config.name().isEmpty() ? "a new device" : config.name();
        TunException.check("ioctl(TUNSETIFF)", wanted, Native.tunAttach(fd, config.name(), flags(config)));
        String name = TunDevice.nameOf(fd);
        TunException.check(
                "ioctl(TUNSETVNETHDRSZ)", name, Native.tunSetVnetHeaderBytes(fd, TunDevice.VNET_HEADER_BYTES));
        EnumSet<Offload> offloads = setOffloads(fd, name, config);
        int mtuBytes = configureInterface(name, config, namespace);
        return new TunDevice(fd, name, mtuBytes, offloads, config.tap());
    }

    private static int flags(TunDeviceConfig config) {
        int flags = IFF_NO_PI | (config.tap() ? IFF_TAP : IFF_TUN);
        if (!config.offloads().isEmpty()) {
            flags |= IFF_VNET_HDR;
        }
        return config.multiQueue() ? flags | IFF_MULTI_QUEUE : flags;
    }

    // A kernel before 6.2 refuses the whole mask when it does not know USO.
    private static EnumSet<Offload> setOffloads(int fd, String name, TunDeviceConfig config) throws TunException {
        EnumSet<Offload> offloads = Offload.none();
        offloads.addAll(config.offloads());
        int result = Native.tunSetOffload(fd, Offload.mask(offloads));
        if (result == -Errno.EINVAL && offloads.remove(Offload.USO4) && offloads.remove(Offload.USO6)) {
            result = Native.tunSetOffload(fd, Offload.mask(offloads));
        }
        TunException.check("ioctl(TUNSETOFFLOAD)", name, result);
        return offloads;
    }

    /** Returns the MTU that it has then. */
    private static int configureInterface(String name, TunDeviceConfig config, NetworkNamespace namespace)
            throws TunException {
        int socket = namespace.openNetlink();
        try {
            if (config.mtuBytes() != 0) {
                TunException.check("ioctl(SIOCSIFMTU)", name, Native.ifSetMtu(socket, name, config.mtuBytes()));
            }
            if (config.txQueueLength() != 0) {
                TunException.check(
                        "ioctl(SIOCSIFTXQLEN)", name, Native.ifSetTxQueueLength(socket, name, config.txQueueLength()));
            }
            for (InterfaceAddress address : config.addresses()) {
                TunException.check("netlink(RTM_NEWADDR " + address + ')', name, add(socket, name, address));
            }
            if (config.up()) {
                TunException.check("ioctl(SIOCSIFFLAGS)", name, Native.ifSetUp(socket, name, true));
            }
            return TunException.check("ioctl(SIOCGIFMTU)", name, Native.ifMtu(socket, name));
        } finally {
            Native.close(socket);
        }
    }

    private static int add(int socket, String name, InterfaceAddress address) {
        return Native.ifAddAddress(socket, name, address.address().getAddress(), address.prefixLength());
    }
}
