// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import java.io.IOException;

/**
 * Why the kernel did not take a packet: the cause of that write's failed promise. The channel stays open.
 *
 * <p>One per reason, without a stack trace, since thousands a second may come of a link that is down.
 */
public final class PacketDroppedException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final PacketDroppedException DEVICE_DOWN = new PacketDroppedException("the link is down (EIO)");
    private static final PacketDroppedException INVALID =
            new PacketDroppedException("the kernel refuses the packet as malformed (EINVAL)");
    private static final PacketDroppedException NO_ROOM =
            new PacketDroppedException("the kernel has no room for the packet (ENOMEM, ENOBUFS or EMSGSIZE)");

    private PacketDroppedException(String message) {
        super(message);
    }

    static PacketDroppedException of(int errno) {
        return switch (errno) {
            case Errno.EIO -> DEVICE_DOWN;
            case Errno.EINVAL -> INVALID;
            default -> NO_ROOM;
        };
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
