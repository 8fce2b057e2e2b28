// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;

/**
 * The header in front of every packet of an offloaded device: says which work on the packet is still to be done.
 *
 * <pre>
 *   0        1          2         4          6            8              10
 *   +--------+----------+---------+----------+------------+--------------+
 *   | flags  | gso_type | hdr_len | gso_size | csum_start | csum_offset  |
 *   +--------+----------+---------+----------+------------+--------------+
 * </pre>
 *
 * <p>Units: lengths and offsets in bytes, counted from the first byte of the IP header; fields in the host's byte order.
 * Errors: {@link IndexOutOfBoundsException} where a field is not in the buffer.
 * Source: linux/virtio_net.h, struct virtio_net_hdr.
 */
public final class VirtioNetHeader {
    /** The size of the header. */
    public static final int BYTES = 10;

    /** Flags, 1 byte. */
    public static final int FLAGS_OFFSET = 0;
    /** What the frame is to be segmented into, 1 byte. */
    public static final int GSO_TYPE_OFFSET = 1;
    /** Length of all headers, 2 bytes. */
    public static final int HDR_LEN_OFFSET = 2;
    /** Payload of each segment but the last, 2 bytes. */
    public static final int GSO_SIZE_OFFSET = 4;
    /** Where the sum begins, 2 bytes. */
    public static final int CSUM_START_OFFSET = 6;
    /** Where the checksum stands, from csum_start, 2 bytes. */
    public static final int CSUM_OFFSET_OFFSET = 8;

    /** Flag: the checksum at csum_start + csum_offset covers the pseudo header only and is still to be completed. */
    public static final int NEEDS_CSUM = 1;
    /** Flag: the kernel has verified the checksum. */
    public static final int DATA_VALID = 2;

    /** One packet. */
    public static final int GSO_NONE = 0;
    /** Segments of TCP over IPv4. */
    public static final int GSO_TCPV4 = 1;
    /** Segments of TCP over IPv6. */
    public static final int GSO_TCPV6 = 4;
    /** Datagrams of UDP, over either IP version. */
    public static final int GSO_UDP_L4 = 5;
    /** Bit beside the gso_type: some segment carries ECN's CWR. */
    public static final int GSO_ECN = 0x80;

    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private VirtioNetHeader() {}

    /** The flags. */
    public static int flags(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + FLAGS_OFFSET);
    }

    /** The gso_type without {@link #GSO_ECN}. */
    public static int gsoType(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + GSO_TYPE_OFFSET) & ~GSO_ECN;
    }

    /** Not to be trusted on reading: for forwarded packets the kernel puts the length of the whole packet there. */
    public static int hdrLen(ByteBuf buf, int index) {
        return getShort(buf, index + HDR_LEN_OFFSET);
    }

    /** The payload of each segment but the last, in bytes. */
    public static int gsoSize(ByteBuf buf, int index) {
        return getShort(buf, index + GSO_SIZE_OFFSET);
    }

    /** From the first byte of the IP header to where the sum begins, in bytes. */
    public static int csumStart(ByteBuf buf, int index) {
        return getShort(buf, index + CSUM_START_OFFSET);
    }

    /** From csum_start to the checksum field, in bytes. */
    public static int csumOffset(ByteBuf buf, int index) {
        return getShort(buf, index + CSUM_OFFSET_OFFSET);
    }

    /** The header of a packet that is complete as it is: all zero. */
    public static void clear(ByteBuf buf, int index) {
        buf.setZero(index, BYTES);
    }

    /** True if the header is that of a packet which is complete as it is. */
    public static boolean isClear(ByteBuf buf, int index) {
        return buf.getLong(index) == 0 && buf.getShort(index + Long.BYTES) == 0;
    }

    /** Sets all fields. */
    public static void set(
            ByteBuf buf, int index, int flags, int gsoType, int hdrLen, int gsoSize, int csumStart, int csumOffset) {
        buf.setByte(index + FLAGS_OFFSET, flags);
        buf.setByte(index + GSO_TYPE_OFFSET, gsoType);
        setShort(buf, index + HDR_LEN_OFFSET, hdrLen);
        setShort(buf, index + GSO_SIZE_OFFSET, gsoSize);
        setShort(buf, index + CSUM_START_OFFSET, csumStart);
        setShort(buf, index + CSUM_OFFSET_OFFSET, csumOffset);
    }

    // Not getShortLE and setShortLE: those of an unpooled direct buffer do not check the bounds.
    private static int getShort(ByteBuf buf, int index) {
        short value = buf.getShort(index);
        return (LITTLE_ENDIAN ? Short.reverseBytes(value) : value) & 0xffff;
    }

    private static void setShort(ByteBuf buf, int index, int value) {
        buf.setShort(index, LITTLE_ENDIAN ? Short.reverseBytes((short) value) : value);
    }
}
