// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.IpHeader;

/**
 * Where things lie in one IP packet. One object is used for packet after packet.
 *
 * <p>Units: bytes, counted from the first byte of the IP header.
 * Thread: one thread at a time.
 */
final class IpLayout {
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int EXTENSION_UNIT_BYTES = 8;
    private static final int V6_FRAGMENT_OFFSET_MASK = 0xfff8;

    private boolean v6;
    private int lengthBytes;
    private int transportOffset;
    private int protocol;
    private boolean options;
    private boolean fragment;
    private boolean laterFragment;

    /** Reads the IP header of a packet of {@code bytes}. Returns false if it is none, or cut short. */
    boolean parse(ByteBuf buf, int index, int bytes) {
        if (bytes < IpHeader.V4_BYTES) {
            return false;
        }
        int version = IpHeader.version(buf, index);
        v6 = version == 6;
        return v6 ? parseV6(buf, index, bytes) : version == 4 && parseV4(buf, index, bytes);
    }

    private boolean parseV4(ByteBuf buf, int index, int bytes) {
        int field = IpHeader.v4Fragment(buf, index);
        lengthBytes = IpHeader.v4TotalLength(buf, index);
        transportOffset = IpHeader.v4HeaderBytes(buf, index);
        protocol = IpHeader.v4Protocol(buf, index);
        options = transportOffset != IpHeader.V4_BYTES;
        fragment = (field & IpHeader.V4_FRAGMENT_MASK) != 0;
        laterFragment = (field & IpHeader.V4_FRAGMENT_MASK & ~IpHeader.V4_MF) != 0;
        return transportOffset >= IpHeader.V4_BYTES && transportOffset <= bytes;
    }

    private boolean parseV6(ByteBuf buf, int index, int bytes) {
        if (bytes < IpHeader.V6_BYTES) {
            return false;
        }
        lengthBytes = IpHeader.V6_BYTES + IpHeader.v6PayloadLength(buf, index);
        transportOffset = IpHeader.V6_BYTES;
        protocol = IpHeader.v6NextHeader(buf, index);
        options = false;
        fragment = false;
        laterFragment = false;
        while (isExtension(protocol)) {
            if (transportOffset > bytes - EXTENSION_UNIT_BYTES) {
                return false;
            }
            skipExtension(buf, index + transportOffset);
        }
        return transportOffset <= bytes;
    }

    private void skipExtension(ByteBuf buf, int index) {
        int units = 0; // A fragment header has no length of its own: that byte is reserved.
        if (protocol == FRAGMENT) {
            fragment = true;
            laterFragment = (buf.getUnsignedShort(index + 2) & V6_FRAGMENT_OFFSET_MASK) != 0;
        } else {
            units = buf.getUnsignedByte(index + 1);
        }
        protocol = buf.getUnsignedByte(index);
        transportOffset += (1 + units) * EXTENSION_UNIT_BYTES;
    }

    /** The ones that the kernel's own GRO looks behind; all others hide the transport header. */
    private static boolean isExtension(int header) {
        return header == HOP_BY_HOP || header == DESTINATION_OPTIONS || header == ROUTING || header == FRAGMENT;
    }

    boolean isV6() {
        return v6;
    }

    /** The length that the header tells. */
    int lengthBytes() {
        return lengthBytes;
    }

    /** The first byte behind IP header, options and extension headers. */
    int transportOffset() {
        return transportOffset;
    }

    /** What the transport header is, or the first header that hides it. */
    int protocol() {
        return protocol;
    }

    boolean isTcp() {
        return protocol == IpHeader.PROTOCOL_TCP;
    }

    boolean isUdp() {
        return protocol == IpHeader.PROTOCOL_UDP;
    }

    /** True for IPv4 options; IPv6 extension headers do not count. */
    boolean hasOptions() {
        return options;
    }

    boolean isFragment() {
        return fragment;
    }

    /** True for a fragment that is not the first one, and so has no transport header. */
    boolean isLaterFragment() {
        return laterFragment;
    }
}
