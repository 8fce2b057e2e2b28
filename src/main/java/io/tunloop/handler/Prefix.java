// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.tunloop.device.InterfaceAddress;

/** An address prefix, compared in place; an IPv4 one fits no IPv6 packet and the other way round. */
final class Prefix {
    /** An IPv4 network of one or two addresses has no broadcast address. Source: RFC 3021. */
    private static final int POINT_TO_POINT_LENGTH = 31;

    private final boolean v6;
    private final byte[] address;
    private final int wholeBytes;
    private final int mask;
    /** IPv4: the bits that all are ones in the broadcast address; 0 where there is none. */
    private final int hostBits;

    Prefix(InterfaceAddress prefix) {
        address = prefix.address().getAddress();
        v6 = address.length != 4;
        wholeBytes = prefix.prefixLength() / Byte.SIZE;
        mask = 0xff00 >> prefix.prefixLength() % Byte.SIZE & 0xff;
        hostBits = v6 || prefix.prefixLength() >= POINT_TO_POINT_LENGTH ? 0 : -1 >>> prefix.prefixLength();
    }

    boolean contains(boolean packetIsV6, ByteBuf buf, int index) {
        if (packetIsV6 != v6) {
            return false;
        }
        for (int i = 0; i < wholeBytes; i++) {
            if (buf.getByte(index + i) != address[i]) {
                return false;
            }
        }
        return mask == 0 || ((buf.getByte(index + wholeBytes) ^ address[wholeBytes]) & mask) == 0;
    }

    /** True for the broadcast address of this prefix, if it is the prefix of a network. */
    boolean isBroadcast(boolean packetIsV6, ByteBuf buf, int index) {
        return hostBits != 0 && contains(packetIsV6, buf, index) && (buf.getInt(index) & hostBits) == hostBits;
    }
}
