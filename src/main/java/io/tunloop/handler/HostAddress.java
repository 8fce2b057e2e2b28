// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;

/**
 * Tells the address of one host from those that no packet may come from, and that stand for many hosts.
 *
 * Source: RFC 1122, 3.2.1.3; RFC 4291, 2.5.2, 2.5.3 and 2.7.
 */
final class HostAddress {
    private static final int V4_UNSPECIFIED = 0;
    private static final int V4_BROADCAST = 0xffff_ffff;
    private static final int V4_LOOPBACK_BYTE = 127;
    /** The high half of the first byte of 224.0.0.0/4. */
    private static final int V4_MULTICAST_NIBBLE = 0xe;

    private static final int V6_MULTICAST_BYTE = 0xff;
    private static final long V6_LOOPBACK_LOW = 1;

    private HostAddress() {}

    /** False for what is unspecified, loopback, multicast or the limited broadcast. */
    static boolean is(boolean v6, ByteBuf buf, int index) {
        return v6 ? isV6(buf, index) : isV4(buf, index);
    }

    private static boolean isV4(ByteBuf buf, int index) {
        int address = buf.getInt(index);
        return address != V4_UNSPECIFIED
                && address != V4_BROADCAST
                && address >>> 24 != V4_LOOPBACK_BYTE
                && address >>> 28 != V4_MULTICAST_NIBBLE;
    }

    private static boolean isV6(ByteBuf buf, int index) {
        long low = buf.getLong(index + Long.BYTES);
        boolean unspecifiedOrLoopback = buf.getLong(index) == 0 && (low == 0 || low == V6_LOOPBACK_LOW);
        return !unspecifiedOrLoopback && buf.getUnsignedByte(index) != V6_MULTICAST_BYTE;
    }
}
