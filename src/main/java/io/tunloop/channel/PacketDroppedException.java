// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import java.io.IOException;

/**
 * Why the kernel did not take a packet: the cause of that write's failed promise. The channel stays open.
 *
 * <p>Without a stack trace, since thousands a second may come of a link that is down. Not shared either: a promise that
 * rethrows its cause adds to it.
 */
public final class PacketDroppedException extends IOException {
    private static final long serialVersionUID = 1L;

    private PacketDroppedException(String message) {
        super(message);
    }

    static PacketDroppedException of(int errno) {
        return new PacketDroppedException(
                switch (errno) {
                    case Errno.EIO -> "the link is down (EIO)";
                    case Errno.EINVAL -> "the kernel refuses the packet as malformed (EINVAL)";
                    default -> "the kernel has no room for the packet (ENOMEM, ENOBUFS or EMSGSIZE)";
                });
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
