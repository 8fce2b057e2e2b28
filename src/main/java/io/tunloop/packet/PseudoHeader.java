// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;

/**
 * The addresses of the pseudo header that a TCP or UDP checksum covers: the source and the <em>final</em> destination, which
 * a packet that is routed by its source still carries in its routing header, or in its options.
 *
 * <pre>
 * routing header  | next, length, type, segments left | ...                  final destination
 * type 0, 2                                           | address 1 .. n       n
 * type 3 (RPL)                                        | 1 .. n, pad          n, behind the prefix it shares with the header's
 * type 4 (SRH)                                        | n .. 1               1, which is called Segment List[0]
 * IPv4 options    | 131 or 137, length, pointer       | address 1 .. n       n
 * </pre>
 *
 * <p>Units: offsets in bytes from the first byte of the IP header; sums are folded, and not complemented.
 * Errors: {@link IndexOutOfBoundsException} where a header points past the buffer.
 * Source: RFC 8200, 8.1; RFC 8754 (SRH), RFC 6554 (RPL), RFC 6275 (type 2), RFC 791 (source route).
 */
final class PseudoHeader {
    private static final int UNIT_BYTES = 8;
    private static final int ROUTING_TYPE_OFFSET = 2;
    private static final int COMPRESSION_OFFSET = 4;
    private static final int PAD_OFFSET = 5;
    private static final int SOURCE_ROUTE = 0;
    private static final int HOME_ADDRESS = 2;
    private static final int RPL = 3;
    private static final int SEGMENT_ROUTING = 4;

    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;
    private static final int ROUTE_POINTER_OFFSET = 2;
    private static final int ROUTE_OFFSET = 3;

    private static final int V4_ADDRESS_BYTES = 4;
    private static final int V6_ADDRESS_BYTES = 16;

    private PseudoHeader() {}

    /** The sum of both addresses of a packet with this layout, or {@link Checksum#UNKNOWN}. */
    static int addresses(ByteBuf buf, int index, IpLayout ip) {
        if (ip.hasOptions()) {
            return v4Addresses(buf, index);
        }
        return ip.isRouted() ? v6Addresses(buf, index, ip.routingOffset()) : headerAddresses(buf, index, ip.isV6());
    }

    /** The sum of both addresses of the IP header, whatever follows it. */
    static int headerAddresses(ByteBuf buf, int index, boolean v6) {
        int addresses = index + (v6 ? IpHeader.V6_SOURCE_OFFSET : IpHeader.V4_SOURCE_OFFSET);
        return sum(buf, addresses, 2 * (v6 ? V6_ADDRESS_BYTES : V4_ADDRESS_BYTES));
    }

    private static int v4Addresses(ByteBuf buf, int index) {
        int destination = v4FinalDestination(buf, index);
        return Checksum.fold(
                buf.getUnsignedInt(index + IpHeader.V4_SOURCE_OFFSET) + buf.getUnsignedInt(index + destination));
    }

    private static int v4FinalDestination(ByteBuf buf, int index) {
        int end = IpHeader.v4HeaderBytes(buf, index);
        int option = IpHeader.V4_BYTES;
        while (option < end && buf.getUnsignedByte(index + option) != END_OF_OPTIONS) {
            int type = buf.getUnsignedByte(index + option);
            if (type == NO_OPERATION) {
                option++;
                continue;
            }
            int bytes = option + 1 < end ? buf.getUnsignedByte(index + option + 1) : 0;
            if (bytes <= 1 || bytes > end - option) {
                break;
            }
            if ((type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE)
                    && bytes >= ROUTE_OFFSET + V4_ADDRESS_BYTES
                    && buf.getUnsignedByte(index + option + ROUTE_POINTER_OFFSET) <= bytes) {
                return option + bytes - V4_ADDRESS_BYTES;
            }
            option += bytes;
        }
        return IpHeader.V4_DESTINATION_OFFSET;
    }

    private static int v6Addresses(ByteBuf buf, int index, int routingOffset) {
        int destination = finalDestination(buf, index, index + routingOffset);
        return destination == Checksum.UNKNOWN
                ? Checksum.UNKNOWN
                : Checksum.fold((long) sum(buf, index + IpHeader.V6_SOURCE_OFFSET, V6_ADDRESS_BYTES) + destination);
    }

    /** The sum of the final destination that the routing header at {@code routing} tells. */
    private static int finalDestination(ByteBuf buf, int index, int routing) {
        int addresses = routing + UNIT_BYTES;
        int count = buf.getUnsignedByte(routing + 1) * UNIT_BYTES / V6_ADDRESS_BYTES;
        int type = buf.getUnsignedByte(routing + ROUTING_TYPE_OFFSET);
        if (type == RPL) {
            return compressedDestination(buf, index, routing);
        }
        if (count == 0) {
            return Checksum.UNKNOWN;
        }
        return switch (type) {
            case SOURCE_ROUTE, HOME_ADDRESS -> sum(buf, addresses + (count - 1) * V6_ADDRESS_BYTES, V6_ADDRESS_BYTES);
            case SEGMENT_ROUTING -> sum(buf, addresses, V6_ADDRESS_BYTES);
            default -> Checksum.UNKNOWN;
        };
    }

    /** Of an RPL source route, whose last address shares as many bytes as it says with the destination in the IP header. */
    private static int compressedDestination(ByteBuf buf, int index, int routing) {
        int prefixBytes = buf.getUnsignedByte(routing + COMPRESSION_OFFSET) & 0xf;
        int pad = buf.getUnsignedByte(routing + PAD_OFFSET) >> 4;
        int end = routing + UNIT_BYTES + buf.getUnsignedByte(routing + 1) * UNIT_BYTES - pad;
        int rest = end - V6_ADDRESS_BYTES + prefixBytes;
        if (rest < routing + UNIT_BYTES) {
            return Checksum.UNKNOWN;
        }
        int sum = 0;
        for (int i = 0; i < V6_ADDRESS_BYTES; i++) {
            int at = i < prefixBytes ? index + IpHeader.V6_DESTINATION_OFFSET + i : rest + i - prefixBytes;
            sum += buf.getUnsignedByte(at) << (i % 2 == 0 ? 8 : 0);
        }
        return Checksum.fold(sum);
    }

    private static int sum(ByteBuf buf, int index, int bytes) {
        long sum = 0;
        for (int i = 0; i < bytes; i += Integer.BYTES) {
            sum += buf.getUnsignedInt(index + i);
        }
        return Checksum.fold(sum);
    }
}
