// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

/**
 * The native methods of native/poller.c. Each returns 0, a count or a descriptor, or a negative errno.
 *
 * <p>No static initialiser: the library registers these methods while it is loaded (see NativeLibrary).
 */
final class NativePoll {
    private NativePoll() {}

    static native int wakeupOpen();

    static native int wakeup(int fd);

    /** @param timeoutNs negative to wait for ever */
    static native int poll(long pollFds, int count, long timeoutNs);

    static native int close(int fd);
}
