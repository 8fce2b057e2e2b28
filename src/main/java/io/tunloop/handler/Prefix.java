// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.tunloop.device.InterfaceAddress;

/** An address prefix, compared in place; an IPv4 one fits no IPv6 packet and the other way round. */
final class Prefix {
    private final boolean v6;
    private final byte[] address;
    private final int wholeBytes;
    private final int mask;

    Prefix(InterfaceAddress prefix) {
        address = prefix.address().getAddress();
        v6 = address.length != 4;
        wholeBytes = prefix.prefixLength() / Byte.SIZE;
        mask = 0xff00 >> prefix.prefixLength() % Byte.SIZE & 0xff;
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
}
