// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;

/**
 * The fields of a TCP or UDP header, read in place; {@code index} is the header's first byte.
 *
 * <pre>
 * TCP  0          2          4          8     12                13      14       16         18       20
 *      +----------+----------+----------+-----+-----------------+-------+--------+----------+--------+---------
 *      | src port | dst port | sequence | ack | offset, res, AE | flags | window | checksum | urgent | options
 *      +----------+----------+----------+-----+-----------------+-------+--------+----------+--------+---------
 * UDP  0          2          4        6          8
 *      +----------+----------+--------+----------+
 *      | src port | dst port | length | checksum |
 *      +----------+----------+--------+----------+
 * </pre>
 *
 * <p>Units: lengths in bytes; fields in network order.
 * Errors: nothing is checked but the buffer's own bounds; the caller knows that the header is there.
 * Source: RFC 9293, RFC 768.
 */
public final class TransportHeader {
    public static final int SOURCE_PORT_OFFSET = 0;
    public static final int DESTINATION_PORT_OFFSET = 2;

    /** The bytes of a TCP header without options. */
    public static final int TCP_BYTES = 20;

    public static final int TCP_SEQUENCE_OFFSET = 4;
    public static final int TCP_ACK_OFFSET = 8;
    public static final int TCP_DATA_OFFSET_OFFSET = 12;
    public static final int TCP_FLAGS_OFFSET = 13;
    public static final int TCP_WINDOW_OFFSET = 14;
    public static final int TCP_CHECKSUM_OFFSET = 16;
    public static final int TCP_URGENT_OFFSET = 18;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    /** The bytes of a UDP header. */
    public static final int UDP_BYTES = 8;

    public static final int UDP_LENGTH_OFFSET = 4;
    public static final int UDP_CHECKSUM_OFFSET = 6;

    private TransportHeader() {}

    public static int sourcePort(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + SOURCE_PORT_OFFSET);
    }

    public static int destinationPort(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + DESTINATION_PORT_OFFSET);
    }

    /** The sequence number; compare with {@code ==} or by difference, it wraps. */
    public static int tcpSequence(ByteBuf buf, int index) {
        return buf.getInt(index + TCP_SEQUENCE_OFFSET);
    }

    public static int tcpAck(ByteBuf buf, int index) {
        return buf.getInt(index + TCP_ACK_OFFSET);
    }

    /** The bytes of the header with its options, as its data offset field says. */
    public static int tcpHeaderBytes(ByteBuf buf, int index) {
        return (buf.getByte(index + TCP_DATA_OFFSET_OFFSET) & 0xf0) >> 2;
    }

    public static int tcpFlags(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + TCP_FLAGS_OFFSET);
    }

    public static int tcpWindow(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + TCP_WINDOW_OFFSET);
    }

    public static int tcpChecksum(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + TCP_CHECKSUM_OFFSET);
    }

    /** The bytes of header and payload. */
    public static int udpLength(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + UDP_LENGTH_OFFSET);
    }

    public static int udpChecksum(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + UDP_CHECKSUM_OFFSET);
    }
}
