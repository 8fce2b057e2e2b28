// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * The native methods of tunloop_jni.c. Each returns 0, a count or a descriptor, or a negative errno.
 *
 * <p>No static initialiser: the library registers these methods while it is loaded (see NativeLibrary).
 */
final class Native {
    private Native() {}

    static native int close(int fd);

    static native int dup(int fd);

    static native int read(int fd, long iov, long lengths, int count);

    static native int write(int fd, long iov, long spans, long results, int count);

    static native int netnsOpen(byte[] path);

    static native int netnsTry(int netns);

    static native int tunOpen(int netns);

    static native int tunAttach(int fd, String name, int flags);

    /** Returns the flags; the name comes in {@code name}, which holds IFNAMSIZ bytes. */
    static native int tunDevice(int fd, byte[] name);

    static native int tunSetVnetHeaderBytes(int fd, int bytes);

    static native int tunSetOffload(int fd, int mask);

    static native int netlinkOpen(int netns);

    static native int ifMtu(int socket, String name);

    static native int ifSetMtu(int socket, String name, int bytes);

    static native int ifSetTxQueueLength(int socket, String name, int packets);

    static native int ifSetUp(int socket, String name, boolean up);

    static native int ifAddAddress(int socket, String name, byte[] address, int prefixLength);
}
