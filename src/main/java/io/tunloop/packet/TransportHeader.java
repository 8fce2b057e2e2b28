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
    /** Source port, 2 bytes. */
    public static final int SOURCE_PORT_OFFSET = 0;
    /** Destination port, 2 bytes. */
    public static final int DESTINATION_PORT_OFFSET = 2;

    /** The bytes of a TCP header without options. */
    public static final int TCP_BYTES = 20;

    /** Sequence number, 4 bytes. */
    public static final int TCP_SEQUENCE_OFFSET = 4;
    /** Acknowledgement number, 4 bytes. */
    public static final int TCP_ACK_OFFSET = 8;
    /** Length of the header in words of 4 bytes, in the high half of 1 byte. */
    public static final int TCP_DATA_OFFSET_OFFSET = 12;
    /** Flags, 1 byte. */
    public static final int TCP_FLAGS_OFFSET = 13;
    /** Window, not scaled, 2 bytes. */
    public static final int TCP_WINDOW_OFFSET = 14;
    /** Checksum, 2 bytes. */
    public static final int TCP_CHECKSUM_OFFSET = 16;
    /** Urgent pointer, 2 bytes. */
    public static final int TCP_URGENT_OFFSET = 18;

    /** Flag: no more data follows. */
    public static final int FIN = 0x01;
    /** Flag: opens a connection. */
    public static final int SYN = 0x02;
    /** Flag: resets the connection. */
    public static final int RST = 0x04;
    /** Flag: deliver at once. */
    public static final int PSH = 0x08;
    /** Flag: the acknowledgement number counts. */
    public static final int ACK = 0x10;
    /** Flag: the urgent pointer counts. */
    public static final int URG = 0x20;
    /** Flag: congestion was seen. */
    public static final int ECE = 0x40;
    /** Flag: the window was reduced for it. */
    public static final int CWR = 0x80;

    /** The bytes of a UDP header. */
    public static final int UDP_BYTES = 8;

    /** Length of header and payload, 2 bytes. */
    public static final int UDP_LENGTH_OFFSET = 4;
    /** Checksum, 2 bytes; 0 for none. */
    public static final int UDP_CHECKSUM_OFFSET = 6;

    private TransportHeader() {}

    /** The source port, 0..65535. */
    public static int sourcePort(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + SOURCE_PORT_OFFSET);
    }

    /** The destination port, 0..65535. */
    public static int destinationPort(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + DESTINATION_PORT_OFFSET);
    }

    /** The sequence number; compare with {@code ==} or by difference, it wraps. */
    public static int tcpSequence(ByteBuf buf, int index) {
        return buf.getInt(index + TCP_SEQUENCE_OFFSET);
    }

    /** The acknowledgement number; it wraps. */
    public static int tcpAck(ByteBuf buf, int index) {
        return buf.getInt(index + TCP_ACK_OFFSET);
    }

    /** The bytes of the header with its options, as its data offset field says. */
    public static int tcpHeaderBytes(ByteBuf buf, int index) {
        return (buf.getByte(index + TCP_DATA_OFFSET_OFFSET) & 0xf0) >> 2;
    }

    /** The flags from CWR to FIN, 0..255. */
    public static int tcpFlags(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + TCP_FLAGS_OFFSET);
    }

    /** The window, not scaled, 0..65535. */
    public static int tcpWindow(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + TCP_WINDOW_OFFSET);
    }

    /** The checksum as it stands there. */
    public static int tcpChecksum(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + TCP_CHECKSUM_OFFSET);
    }

    /** The bytes of header and payload. */
    public static int udpLength(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + UDP_LENGTH_OFFSET);
    }

    /** The checksum as it stands there; 0 for none. */
    public static int udpChecksum(ByteBuf buf, int index) {
        return buf.getUnsignedShort(index + UDP_CHECKSUM_OFFSET);
    }
}
