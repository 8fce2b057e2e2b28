// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.nio.charset.StandardCharsets;

/**
 * A network namespace that sockets and devices can be opened in: the caller's own, or one that a file refers to.
 *
 * Ownership: owns the descriptor of the namespace, which keeps it alive.
 */
final class NetworkNamespace implements AutoCloseable {
    /** Where {@code ip netns} keeps the namespaces that it names. */
    private static final String NAMED = "/run/netns/";

    private static final int HERE = -1;

    private final int fd;

    private NetworkNamespace(int fd) {
        this.fd = fd;
    }

    /** The file of a namespace: a name stands for one that {@code ip netns} made, anything with a slash is a path. */
    static String path(String nameOrPath) {
        return nameOrPath.indexOf('/') >= 0 ? nameOrPath : NAMED + nameOrPath;
    }

    /** @param nameOrPath empty for the caller's own */
    static NetworkNamespace open(String nameOrPath) throws TunException {
        if (nameOrPath.isEmpty()) {
            return new NetworkNamespace(HERE);
        }
        String path = path(nameOrPath);
        int fd = Native.netnsOpen(path.getBytes(StandardCharsets.UTF_8));
        // A file that is no namespace is not even opened; setns(2) would refuse it.
        TunException.check(fd == -Errno.EINVAL ? "setns" : "open", path, fd);
        try {
            TunException.check("setns", path, Native.netnsTry(fd));
            return new NetworkNamespace(fd);
        } catch (TunException failure) {
            Native.close(fd);
            throw failure;
        }
    }

    /**
     * The one that a device is in. Without the right to ask, or on a kernel before 5.5, the caller's own: an unprivileged
     * process could not enter another one anyway.
     */
    static NetworkNamespace of(int tunFd) throws TunException {
        int fd = Native.tunNetns(tunFd);
        if (fd == -Errno.EPERM || fd == -Errno.EINVAL || fd == -Errno.ENOTTY) {
            return new NetworkNamespace(HERE);
        }
        return new NetworkNamespace(TunException.check("ioctl(TUNGETDEVNETNS)", "fd " + tunFd, fd));
    }

    /** A descriptor of /dev/net/tun whose device will be in this namespace. */
    int openTun() throws TunException {
        return TunException.check("open", "/dev/net/tun", Native.tunOpen(fd));
    }

    /** A socket for the interfaces of this namespace. */
    int openNetlink() throws TunException {
        return TunException.check("socket(AF_NETLINK)", "rtnetlink", Native.netlinkOpen(fd));
    }

    /** A socket that hears of changes of the interfaces of this namespace. */
    int subscribeNetlink() throws TunException {
        return TunException.check("bind(AF_NETLINK)", "rtnetlink", Native.netlinkSubscribe(fd));
    }

    /** Lets threads of the interface's own do its receive work, or not. */
    void setThreaded(String name, boolean threaded) throws TunException {
        int result = Native.napiSetThreaded(fd, name, threaded);
        boolean unknown = result == -Errno.ENOENT || result == -Errno.ENOSYS;
        if (result < 0 && (threaded || !unknown)) { // A kernel that knows no such threads has none either.
            throw new TunException("write(threaded)", name, -result, Remedy.ofThreaded(name, -result));
        }
    }

    @Override
    public void close() {
        if (fd != HERE) {
            Native.close(fd);
        }
    }
}
