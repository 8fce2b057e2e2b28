// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.TransportHeader;

/**
 * Where the parts of one IP packet are: read again for each packet, so that looking at one makes no garbage.
 *
 * Errors: {@link #read} returns false for what is no sound IP packet.
 * Source: RFC 791; RFC 8200, section 4.
 */
final class PacketFields {
    static final int HOP_BY_HOP = 0;
    static final int ICMP = 1;
    static final int ROUTING = 43;
    static final int FRAGMENT = 44;
    static final int AUTHENTICATION = 51;
    static final int ICMPV6 = 58;
    static final int DESTINATION_OPTIONS = 60;

    private static final int FRAGMENT_BYTES = 8;
    private static final int V6_FRAGMENT_OFFSET_MASK = 0xfff8;

    private ByteBuf buf;
    private int ip;
    private int end;
    private int version;
    private int protocol;
    private int transport;
    private boolean laterFragment;

    /** @param index the first byte of the IP header; everything to the writer index is taken for the packet */
    boolean read(ByteBuf packet, int index) {
        buf = packet;
        ip = index;
        end = packet.writerIndex();
        laterFragment = false;
        if (end - index < IpHeader.V4_BYTES) {
            return false;
        }
        version = IpHeader.version(packet, index);
        return switch (version) {
            case 4 -> readV4();
            case 6 -> readV6();
            default -> false;
        };
    }

    private boolean readV4() {
        int headerBytes = IpHeader.v4HeaderBytes(buf, ip);
        int totalBytes = IpHeader.v4TotalLength(buf, ip);
        if (headerBytes < IpHeader.V4_BYTES || totalBytes < headerBytes || totalBytes > end - ip) {
            return false;
        }
        end = ip + totalBytes;
        protocol = IpHeader.v4Protocol(buf, ip);
        transport = ip + headerBytes;
        laterFragment = (IpHeader.v4Fragment(buf, ip) & IpHeader.V4_FRAGMENT_MASK & ~IpHeader.V4_MF) != 0;
        return true;
    }

    private boolean readV6() {
        if (end - ip < IpHeader.V6_BYTES || IpHeader.v6PayloadLength(buf, ip) > end - ip - IpHeader.V6_BYTES) {
            return false;
        }
        end = ip + IpHeader.V6_BYTES + IpHeader.v6PayloadLength(buf, ip);
        protocol = IpHeader.v6NextHeader(buf, ip);
        transport = ip + IpHeader.V6_BYTES;
        while (isExtension(protocol) && !laterFragment) {
            if (end - transport < FRAGMENT_BYTES) {
                return false;
            }
            skipExtension();
        }
        return transport <= end;
    }

    private static boolean isExtension(int nextHeader) {
        return switch (nextHeader) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    private void skipExtension() {
        int next = buf.getUnsignedByte(transport);
        int length = buf.getUnsignedByte(transport + 1);
        switch (protocol) {
            case FRAGMENT -> {
                laterFragment = (buf.getUnsignedShort(transport + 2) & V6_FRAGMENT_OFFSET_MASK) != 0;
                transport += FRAGMENT_BYTES;
            }
            case AUTHENTICATION -> transport += (length + 2) * 4;
            default -> transport += (length + 1) * 8;
        }
        protocol = next;
    }

    /** 4 or 6. */
    int version() {
        return version;
    }

    /** The transport protocol, behind all extension headers. */
    int protocol() {
        return protocol;
    }

    /** The index of the transport header. */
    int transport() {
        return transport;
    }

    /** The bytes of transport header and payload. */
    int transportBytes() {
        return end - transport;
    }

    /** True if this is a fragment without the transport header. */
    boolean isLaterFragment() {
        return laterFragment;
    }

    /** True if the ports are there to be read. */
    boolean hasPorts() {
        return (protocol == IpHeader.PROTOCOL_TCP || protocol == IpHeader.PROTOCOL_UDP)
                && !laterFragment
                && transportBytes() >= TransportHeader.UDP_BYTES;
    }

    int sourcePort() {
        return TransportHeader.sourcePort(buf, transport);
    }

    int destinationPort() {
        return TransportHeader.destinationPort(buf, transport);
    }

    /** The index of the source address. */
    int source() {
        return ip + (version == 4 ? IpHeader.V4_SOURCE_OFFSET : IpHeader.V6_SOURCE_OFFSET);
    }

    /** The index of the destination address. */
    int destination() {
        return ip + (version == 4 ? IpHeader.V4_DESTINATION_OFFSET : IpHeader.V6_DESTINATION_OFFSET);
    }
}
