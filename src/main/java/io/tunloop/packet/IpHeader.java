// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;

/**
 * The fields of an IPv4 or IPv6 header, read in place; {@code index} is the header's first byte.
 *
 * <pre>
 * IPv4  0         1     2               4    6             8     9          10         12    16    20
 *       +---------+-----+---------------+----+-------------+-----+----------+----------+-----+-----+---------
 *       | ver ihl | TOS | total length  | ID | flags, frag | TTL | protocol | checksum | src | dst | options
 *       +---------+-----+---------------+----+-------------+-----+----------+----------+-----+-----+---------
 * IPv6  0                                   4                6             7           8        24       40
 *       +-----------------------------------+----------------+-------------+-----------+--------+--------+
 *       | version, class, flow label        | payload length | next header | hop limit | source | dest.  |
 *       +-----------------------------------+----------------+-------------+-----------+--------+--------+
 * </pre>
 *
 * <p>Units: lengths in bytes; fields in network order.
 * Errors: nothing is checked but the buffer's own bounds; the caller knows that the header is there.
 * Source: RFC 791, RFC 8200.
 */
public final class IpHeader {
    /** The bytes of an IPv4 header without options. */
    public static final int V4_BYTES = 20;

    /** Type of service with the ECN bits, 1 byte. */
    public static final int V4_TOS_OFFSET = 1;
    /** Length of header and payload, 2 bytes. */
    public static final int V4_TOTAL_LENGTH_OFFSET = 2;
    /** Identification, 2 bytes. */
    public static final int V4_ID_OFFSET = 4;
    /** DF, MF and fragment offset, 2 bytes. */
    public static final int V4_FRAGMENT_OFFSET = 6;
    /** Time to live, 1 byte. */
    public static final int V4_TTL_OFFSET = 8;
    /** Transport protocol, 1 byte. */
    public static final int V4_PROTOCOL_OFFSET = 9;
    /** Checksum of the header, 2 bytes. */
    public static final int V4_CHECKSUM_OFFSET = 10;
    /** Source address, 4 bytes. */
    public static final int V4_SOURCE_OFFSET = 12;
    /** Destination address, 4 bytes. */
    public static final int V4_DESTINATION_OFFSET = 16;
    /** Bit of the fragment field: don't fragment. */
    public static final int V4_DF = 0x4000;
    /** Bit of the fragment field: more fragments follow. */
    public static final int V4_MF = 0x2000;
    /** Bits of the fragment field: more fragments, or not the first one. */
    public static final int V4_FRAGMENT_MASK = 0x3fff;

    /** The bytes of an IPv6 header without extension headers. */
    public static final int V6_BYTES = 40;

    /** Length of all behind the fixed header, 2 bytes. */
    public static final int V6_PAYLOAD_LENGTH_OFFSET = 4;
    /** What the next header is, 1 byte. */
    public static final int V6_NEXT_HEADER_OFFSET = 6;
    /** Hops that are left, 1 byte. */
    public static final int V6_HOP_LIMIT_OFFSET = 7;
    /** Source address, 16 bytes. */
    public static final int V6_SOURCE_OFFSET = 8;
    /** Destination address, 16 bytes. */
    public static final int V6_DESTINATION_OFFSET = 24;

    /** Protocol number of ICMP for IPv4. */
    public static final int PROTOCOL_ICMP = 1;
    /** Protocol number of TCP. */
    public static final int PROTOCOL_TCP = 6;
    /** Protocol number of UDP. */
    public static final int PROTOCOL_UDP = 17;
    /** Protocol number of ICMP for IPv6. */
    public static final int PROTOCOL_ICMPV6 = 58;

    /** The most bytes that an IP packet can have without jumbograms. */
    public static final int MAX_PACKET_BYTES = 65_535;

    private IpHeader() {}

    /** 4, 6, or whatever the first four bits say. */
    public static int version(ByteBuf buf, int index) {
        return buf.getByte(index) >> 4 & 0xf;
    }

    /** The bytes of an IPv4 header with its options, as its IHL field says. */
    public static int v4HeaderBytes(ByteBuf buf, int index) {
        return (buf.getByte(index) & 0xf) << 2;
    }

    /** The bytes of header and payload. */
    public static int v4TotalLength(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + V4_TOTAL_LENGTH_OFFSET);
    }

    /** The identification, 0..65535. */
    public static int v4Id(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + V4_ID_OFFSET);
    }

    /** DF, MF and the fragment offset, in 8 bytes, as one field. */
    public static int v4Fragment(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + V4_FRAGMENT_OFFSET);
    }

    /** The protocol number, 0..255. */
    public static int v4Protocol(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + V4_PROTOCOL_OFFSET);
    }

    /** The bytes behind the fixed header: extension headers count. */
    public static int v6PayloadLength(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + V6_PAYLOAD_LENGTH_OFFSET);
    }

    /** The number of the next header, 0..255: a protocol, or an extension header. */
    public static int v6NextHeader(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + V6_NEXT_HEADER_OFFSET);
    }
}
