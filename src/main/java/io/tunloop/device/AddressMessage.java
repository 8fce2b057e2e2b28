// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * A message about an address of a link: {@code struct ifaddrmsg} and its attributes.
 *
 * <pre>
 * 0        1               2       3       4       8
 * | family | prefix length | flags | scope | index | attributes IFA_* ...
 * </pre>
 * Source: linux/if_addr.h.
 */
final class AddressMessage {
    private static final int FIXED_BYTES = 8;
    private static final int PREFIX_LENGTH_OFFSET = 1;
    private static final int INDEX_OFFSET = 4;
    private static final int ADDRESS = 1;
    /** With a peer, IFA_ADDRESS is the peer's and this one ours. IPv6 sends it only then. */
    private static final int LOCAL = 2;

    private final NetlinkMessage message;

    private AddressMessage(NetlinkMessage message) {
        this.message = message;
    }

    /** Null if it is too short to be one. */
    static AddressMessage of(NetlinkMessage message) {
        return message.body().remaining() >= FIXED_BYTES ? new AddressMessage(message) : null;
    }

    int index() {
        return message.body().getInt(INDEX_OFFSET);
    }

    /** Null if it has none that is IPv4 or IPv6. */
    InterfaceAddress address() {
        ByteBuffer value = message.attribute(FIXED_BYTES, LOCAL);
        if (value == null) {
            value = message.attribute(FIXED_BYTES, ADDRESS);
        }
        if (value == null || value.remaining() != 4 && value.remaining() != 16) {
            return null;
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        try {
            return new InterfaceAddress(
                    InetAddress.getByAddress(bytes), message.body().get(PREFIX_LENGTH_OFFSET) & 0xff);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("an address of " + bytes.length + " bytes", impossible);
        }
    }
}
