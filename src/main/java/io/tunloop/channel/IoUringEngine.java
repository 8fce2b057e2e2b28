// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;

/** What needs Netty's io_uring transport, which an embedder has only if he asks for it. */
final class IoUringEngine {
    private IoUringEngine() {}

    static Throwable unavailabilityCause() {
        try {
            return IoUring.unavailabilityCause();
        } catch (NoClassDefFoundError missing) {
            return new UnsupportedOperationException(
                    "Netty's io_uring transport is missing: depend on io.netty:netty-transport-native-io_uring, "
                            + "with classifier linux-x86_64 or linux-aarch_64",
                    missing);
        }
    }

    static IoHandlerFactory newIoHandlerFactory() {
        return IoUringIoHandler.newFactory();
    }
}
