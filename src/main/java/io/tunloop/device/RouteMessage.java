// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * A message about a route: {@code struct rtmsg} and its attributes.
 *
 * <pre>
 * 0        1            2            3     4       5          6       7      8       12
 * | family | dst length | src length | TOS | table | protocol | scope | type | flags | attributes RTA_* ...
 * </pre>
 * Source: linux/rtnetlink.h.
 */
final class RouteMessage {
    private static final int FIXED_BYTES = 12;
    private static final int FAMILY_OFFSET = 0;
    private static final int PREFIX_LENGTH_OFFSET = 1;
    private static final int TABLE_OFFSET = 4;
    private static final int TYPE_OFFSET = 7;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int TABLE_MAIN = 254;
    private static final int TYPE_UNICAST = 1;

    private static final int DESTINATION = 1;
    private static final int OUTPUT_INDEX = 4;
    private static final int GATEWAY = 5;
    private static final int PRIORITY = 6;

    private final NetlinkMessage message;

    private RouteMessage(NetlinkMessage message) {
        this.message = message;
    }

    /** Null if it is none of IPv4 or IPv6, as {@link Route} describes one: to a destination, in the main table. */
    static RouteMessage of(NetlinkMessage message) {
        ByteBuffer body = message.body();
        boolean ours = body.remaining() >= FIXED_BYTES
                && (body.get(FAMILY_OFFSET) == AF_INET || body.get(FAMILY_OFFSET) == AF_INET6)
                && Byte.toUnsignedInt(body.get(TABLE_OFFSET)) == TABLE_MAIN
                && body.get(TYPE_OFFSET) == TYPE_UNICAST;
        return ours ? new RouteMessage(message) : null;
    }

    /** The number of the link that it leads through; 0 for several. */
    int index() {
        return NetlinkMessage.intOf(message.attribute(FIXED_BYTES, OUTPUT_INDEX), 0);
    }

    /** With the metric that it has, which is the kernel's default where none was given. */
    Route route() {
        boolean ipv4 = message.body().get(FAMILY_OFFSET) == AF_INET;
        ByteBuffer destination = message.attribute(FIXED_BYTES, DESTINATION);
        ByteBuffer gateway = message.attribute(FIXED_BYTES, GATEWAY);
        return new Route(
                // The default route has no destination.
                destination == null ? address(ByteBuffer.allocate(ipv4 ? 4 : 16)) : address(destination),
                Byte.toUnsignedInt(message.body().get(PREFIX_LENGTH_OFFSET)),
                gateway == null ? null : address(gateway),
                NetlinkMessage.intOf(message.attribute(FIXED_BYTES, PRIORITY), 0));
    }

    private static InetAddress address(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("an address of " + bytes.length + " bytes", impossible);
        }
    }
}
