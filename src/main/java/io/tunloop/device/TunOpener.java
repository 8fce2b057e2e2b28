// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;

/**
 * The steps that open a device: attach, then everything that belongs to the device and outlives a detach, then the
 * interface. Closes what it opened when a step fails.
 */
final class TunOpener {
    private static final int IFNAMSIZ = InterfaceName.MAX_BYTES + 1;

    // linux/if_tun.h
    private static final int IFF_TUN = 0x0001;
    static final int IFF_TAP = 0x0002;
    static final int IFF_NAPI = 0x0010;
    static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_NO_PI = 0x1000;
    static final int IFF_VNET_HDR = 0x4000;

    /** Waits for a descriptor that another process hands over. */
    private static final int HAND_OVER_TIMEOUT_MS = 10_000;

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

    /** Takes over a descriptor that is attached to a device. */
    static TunDevice adopt(int fd, Collection<Offload> wanted) throws TunException {
        Offload.requireValid(wanted);
        String name = TunDevice.nameOf(fd);
        int flags = TunException.check("ioctl(TUNGETIFF)", name, Native.tunDevice(fd, new byte[IFNAMSIZ]));
        requireKnownFormat(name, flags, wanted);
        TunException.check("fcntl", name, Native.tunAdopt(fd));
        var offloads = setOffloads(fd, name, wanted);
        var link = new DeviceLink(null);
        try {
            return new TunDevice(fd, true, link, name, mtuOf(fd, link), flags, offloads);
        } catch (Throwable failure) {
            link.close();
            throw failure;
        }
    }

    static TunDevice adopt(int fd) throws TunException {
        return adopt(fd, allOffloads(fd));
    }

    /** Everything, for a device that has room for a header; else nothing. */
    private static EnumSet<Offload> allOffloads(int fd) throws TunException {
        int flags = TunException.check("ioctl(TUNGETIFF)", "fd " + fd, Native.tunDevice(fd, new byte[IFNAMSIZ]));
        return (flags & IFF_VNET_HDR) != 0 ? Offload.all() : Offload.none();
    }

    /** @param wanted null for all that the descriptor can have */
    static TunDevice receive(Path socket, Collection<Offload> wanted) throws TunException {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        int fd = TunException.check("recvmsg", socket.toString(), Native.fdReceive(path, HAND_OVER_TIMEOUT_MS));
        try {
            return adopt(fd, wanted == null ? allOffloads(fd) : wanted);
        } catch (Throwable failure) {
            Native.close(fd);
            throw failure;
        }
    }

    /** Attaches to a persistent device and lets it go with the descriptor. */
    static void delete(TunDeviceConfig config) throws TunException {
        try (NetworkNamespace namespace = NetworkNamespace.open(config.netns())) {
            int fd = namespace.openTun();
            try (Link link = Link.open(namespace)) {
                attach(fd, config, link);
                TunException.check("ioctl(TUNSETPERSIST)", config.name(), Native.tunSetPersist(fd, false));
            } finally {
                Native.close(fd);
            }
        }
    }

    private static void requireKnownFormat(String name, int flags, Collection<Offload> wanted) throws TunException {
        if ((flags & IFF_NO_PI) == 0) {
            throw new TunException(
                    "attach", name, Errno.EINVAL, "it was opened with packet information; open it with IFF_NO_PI");
        }
        if (!wanted.isEmpty() && (flags & IFF_VNET_HDR) == 0) {
            throw new TunException(
                    "attach", name, Errno.EINVAL, "it was opened without offloads; open it with IFF_VNET_HDR");
        }
    }

    // Who hands a device over may have put it where this process cannot look: then the most that there is.
    private static int mtuOf(int fd, DeviceLink link) throws TunException {
        try {
            return link.call(fd, Link::mtu);
        } catch (TunException failure) {
            if (failure.errno() == Errno.ENODEV) {
                return TunDeviceConfig.MAX_MTU_BYTES;
            }
            throw failure;
        }
    }

    private static TunDevice attach(int fd, TunDeviceConfig config, NetworkNamespace namespace) throws TunException {
        Link link = Link.open(namespace);
        try {
            String name = attach(fd, config, link);
            var offloads = setOffloads(fd, name, config.offloads());
            setNapi(fd, name, config.napi(), namespace);
            InterfaceSetup.apply(link, name, config);
            setOwner(fd, name, config);
            if (config.persist()) {
                TunException.check("ioctl(TUNSETPERSIST)", name, Native.tunSetPersist(fd, true));
            }
            return new TunDevice(fd, false, new DeviceLink(link), name, link.mtu(name), flags(config), offloads);
        } catch (Throwable failure) {
            link.close();
            throw failure;
        }
    }

    /**
     * Returns the name. Looks before it attaches, which changes the format of the device for all its users, and again
     * before anything else is changed, since two may do so at once.
     */
    private static String attach(int fd, TunDeviceConfig config, Link link) throws TunException {
        requireAlone(link, config, 0);
        String wanted = config.name().isEmpty() ? "a new device" : config.name();
        TunException.check("ioctl(TUNSETIFF)", wanted, Native.tunAttach(fd, config.name(), flags(config)));
        requireAlone(link, config, 1);
        return TunDevice.nameOf(fd);
    }

    private static void requireAlone(Link link, TunDeviceConfig config, int ours) throws TunException {
        if (config.exclusive() && !config.name().isEmpty() && link.queues(config.name()) > ours) {
            throw new TunException("ioctl(TUNSETIFF)", config.name(), Errno.EBUSY, Remedy.inUse(config.name(), ours));
        }
    }

    private static int flags(TunDeviceConfig config) {
        int flags = IFF_NO_PI | (config.tap() ? IFF_TAP : IFF_TUN);
        if (config.vnetHeader() || !config.offloads().isEmpty()) {
            flags |= IFF_VNET_HDR;
        }
        if (config.napi() != Napi.OFF) {
            flags |= IFF_NAPI;
        }
        return config.multiQueue() ? flags | IFF_MULTI_QUEUE : flags;
    }

    // Size and mask are the device's and outlive a detach, so what the last user left is overwritten in any case.
    // A kernel before 6.2 refuses the whole mask when it does not know USO.
    private static EnumSet<Offload> setOffloads(int fd, String name, Collection<Offload> wanted) throws TunException {
        TunException.check(
                "ioctl(TUNSETVNETHDRSZ)", name, Native.tunSetVnetHeaderBytes(fd, TunDevice.VNET_HEADER_BYTES));
        EnumSet<Offload> offloads = Offload.none();
        offloads.addAll(wanted);
        int result = Native.tunSetOffload(fd, Offload.mask(offloads));
        if (result == -Errno.EINVAL && offloads.remove(Offload.USO4) && offloads.remove(Offload.USO6)) {
            result = Native.tunSetOffload(fd, Offload.mask(offloads));
        }
        TunException.check("ioctl(TUNSETOFFLOAD)", name, result);
        return offloads;
    }

    // Whether it is threaded outlives a detach too. Without NAPI that has no effect, and takes rights to change.
    private static void setNapi(int fd, String name, Napi napi, NetworkNamespace namespace) throws TunException {
        if (napi == Napi.OFF) {
            return;
        }
        int flags = TunException.check("ioctl(TUNGETIFF)", name, Native.tunDevice(fd, new byte[IFNAMSIZ]));
        if ((flags & IFF_NAPI) == 0) {
            throw new TunException(
                    "ioctl(TUNSETIFF)", name, Errno.EOPNOTSUPP, "NAPI needs Linux 4.15 or newer; leave napi out");
        }
        namespace.setThreaded(name, napi == Napi.THREADED);
    }

    private static void setOwner(int fd, String name, TunDeviceConfig config) throws TunException {
        if (config.owner() != TunDeviceConfig.NOBODY) {
            TunException.check("ioctl(TUNSETOWNER)", name, Native.tunSetOwner(fd, config.owner()));
        }
        if (config.group() != TunDeviceConfig.NOBODY) {
            TunException.check("ioctl(TUNSETGROUP)", name, Native.tunSetGroup(fd, config.group()));
        }
    }
}
