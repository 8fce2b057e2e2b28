// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * The native methods of this package, from native/jni_*.c. Each returns 0, a count or a descriptor, or a negative errno.
 *
 * <p>No static initialiser: the library registers these methods while it is loaded (see NativeLibrary).
 */
final class Native {
    private Native() {}

    static native int close(int fd);

    static native int dup(int fd);

    /** @param shared another process has the descriptor too, and can make it blocking */
    static native int read(int fd, boolean shared, long iov, long lengths, int count);

    static native int write(int fd, boolean shared, long iov, long spans, long results, int count);

    /** A handle, or a negative errno. */
    static native long ringOpen(int entries);

    static native void ringClose(long ring);

    static native int ringAddMemory(long ring, long address, long bytes);

    /** The number of the queue. */
    static native int ringAttach(long ring, int fd, boolean shared);

    static native void ringDetach(long ring, int queue);

    static native int ringRead(long ring, int queue, long iov, long lengths, int count);

    static native void ringAnnounce(
            long ring, int queue, long iovAddress, long lengthsAddress, int count, long outcomeAddress);

    static native void ringWithdraw(long ring);

    static native int ringWrite(long ring, int queue, long iov, long spans, long results, int count);

    /** EINVAL for a file that is no network namespace. */
    static native int netnsOpen(byte[] path);

    static native int netnsTry(int netns);

    static native int tunOpen(int netns);

    static native int tunAttach(int fd, String name, int flags);

    /** Returns the flags; the name comes in {@code name}, which holds IFNAMSIZ bytes. */
    static native int tunDevice(int fd, byte[] name);

    static native int tunSetVnetHeaderBytes(int fd, int bytes);

    static native int tunSetOffload(int fd, int mask);

    static native int tunSetPersist(int fd, boolean persist);

    static native int tunSetOwner(int fd, int uid);

    static native int tunSetGroup(int fd, int gid);

    static native int tunSetCarrier(int fd, boolean carrier);

    /** A descriptor of the device's network namespace. */
    static native int tunNetns(int fd);

    static native int tunAdopt(int fd);

    static native int fdReceive(byte[] path, int timeoutMs);

    static native int netlinkOpen(int netns);

    static native int netlinkSubscribe(int netns);

    /** A null name asks for all links. */
    static native int netlinkAskLink(int socket, String name);

    static native int netlinkAskAddresses(int socket);

    /** Those of one IP version, in the main table, through this link; an old kernel answers with all. */
    static native int netlinkAskRoutes(int socket, boolean ipv6, int index);

    static native int netlinkReceive(int socket, byte[] buffer);

    static native int ifMtu(int socket, String name);

    static native int ifSetMtu(int socket, String name, int bytes);

    static native int ifSetTxQueueLength(int socket, String name, int packets);

    static native int ifSetUp(int socket, String name, boolean up);

    static native int napiSetThreaded(int netns, String name, boolean threaded);

    static native int ifAddAddress(int socket, String name, byte[] address, int prefixLength);

    static native int ifRemoveAddress(int socket, String name, byte[] address, int prefixLength);

    /** A null gateway is a destination on the link; metric 0 the kernel's default. */
    static native int ifAddRoute(
            int socket, String name, byte[] destination, int prefixLength, byte[] gateway, int metric);

    static native int ifRemoveRoute(
            int socket, String name, byte[] destination, int prefixLength, byte[] gateway, int metric);

    static native int dropBounding(int timeoutMs);

    static native int setGroup(int gid);

    static native int setUser(int uid);

    static native int dropCapabilities(int timeoutMs);

    /** The ids of the user and of its group come in {@code ids}. */
    static native int findUser(byte[] name, int[] ids);

    /** The id of the group comes in {@code ids}. */
    static native int findGroup(byte[] name, int[] ids);
}
