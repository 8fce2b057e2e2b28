// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;
import io.tunloop.internal.Addresses;
import io.tunloop.internal.NativeBytes;
import io.tunloop.internal.NativeLibrary;

/**
 * The Internet checksum over bytes of a packet: native, with the vector unit this processor has.
 *
 * <p>A sum is folded to 16 bits and not complemented; what stands in a packet is its complement. A sum that includes the
 * checksum itself is {@link #VALID}.
 *
 * <p>Units: lengths in bytes; sums are 0..0xffff.
 * Errors: {@link IndexOutOfBoundsException} where the bytes are not all in the buffer.
 * Source: RFC 1071; RFC 8200, 8.1 for the pseudo header.
 */
public final class Checksum {
    /** The sum over bytes that include their own, valid checksum. */
    public static final int VALID = 0xffff;

    /** Where {@link #addresses} are told by a header that is not known here. */
    public static final int UNKNOWN = -1;

    static {
        NativeLibrary.ensureLoaded();
    }

    private Checksum() {}

    /** Sums bytes, an odd last one as the high half of a word, and {@code initial}. */
    public static int sum(ByteBuf buf, int index, int bytes, int initial) {
        checkRange(buf, index, bytes);
        return Addresses.isNative(buf)
                ? NativeBytes.sum(Addresses.of(buf, index), bytes, initial)
                : sumPlain(buf, index, bytes, initial);
    }

    /**
     * Sums the addresses of the pseudo header of the IP packet at {@code index}: source and final destination. They are
     * those of the IP header unless its source has routed the packet through others, of which some are yet to come.
     *
     * @return {@link #UNKNOWN} behind a routing header of another type than 0, 2, 3 and 4 (RFC 8200, 6275, 6554, 8754)
     */
    public static int addresses(ByteBuf buf, int index, IpLayout ip) {
        return PseudoHeader.addresses(buf, index, ip);
    }

    /**
     * Sums the pseudo header of the IP packet at {@code index}: {@link #addresses}, protocol, and this many transport bytes.
     * Where a routing header is not known, the destination is that of the IP header.
     */
    public static int pseudoHeader(ByteBuf buf, int index, int protocol, int transportBytes) {
        boolean v6 = IpHeader.version(buf, index) == 6;
        boolean plain = v6
                ? IpHeader.v6NextHeader(buf, index) == protocol
                : IpHeader.v4HeaderBytes(buf, index) == IpHeader.V4_BYTES;
        int sum = plain ? PseudoHeader.headerAddresses(buf, index, v6) : addresses(buf, index);
        return fold((long) sum + protocol + transportBytes);
    }

    private static int addresses(ByteBuf buf, int index) {
        IpLayout ip = new IpLayout();
        boolean known = ip.parse(buf, index, buf.capacity() - index);
        int sum = known ? addresses(buf, index, ip) : UNKNOWN;
        return sum == UNKNOWN ? PseudoHeader.headerAddresses(buf, index, ip.isV6()) : sum;
    }

    /**
     * Sums pseudo header, transport header and payload of the IP packet of {@code bytes} at {@code index}.
     *
     * @param transportOffset from {@code index} on, in the packet, behind its addresses
     * @return {@link #VALID} if the transport checksum is right
     */
    public static int transport(ByteBuf buf, int index, int bytes, int transportOffset, int protocol) {
        boolean v6 = IpHeader.version(buf, index) == 6;
        boolean plain = transportOffset == (v6 ? IpHeader.V6_BYTES : IpHeader.V4_BYTES);
        return transport(buf, index, bytes, transportOffset, protocol, plain);
    }

    /** As the other one, of a packet with this layout; makes no garbage, whatever headers it has. */
    public static int transport(ByteBuf buf, int index, int bytes, IpLayout ip) {
        boolean plain = !ip.hasOptions() && !ip.isRouted();
        return transport(buf, index, bytes, ip.transportOffset(), ip.protocol(), plain);
    }

    private static int transport(
            ByteBuf buf, int index, int bytes, int transportOffset, int protocol, boolean headerAddresses) {
        checkRange(buf, index, bytes);
        checkHeader(buf, index, bytes, transportOffset);
        if (headerAddresses && Addresses.isNative(buf)) {
            return NativeBytes.transportSum(Addresses.of(buf, index), bytes, transportOffset, protocol);
        }
        int transportBytes = bytes - transportOffset;
        return sum(buf, index + transportOffset, transportBytes, pseudoHeader(buf, index, protocol, transportBytes));
    }

    /**
     * Completes a partial checksum: sums everything from {@code start} to the end, the field's initial value included.
     *
     * @param index the first byte of the IP packet
     * @param start from there to the first byte to sum; all of the field lies behind it, in the packet
     * @param offset from {@code start} to the checksum field: 6 is UDP's, where 0 would mean "none" and is stored as 0xffff
     */
    public static void complete(ByteBuf buf, int index, int bytes, int start, int offset) {
        int checksum = ~sum(buf, index + start, bytes - start, 0) & 0xffff;
        boolean noneIsZero = offset == TransportHeader.UDP_CHECKSUM_OFFSET;
        buf.setShort(index + start + offset, noneIsZero && checksum == 0 ? 0xffff : checksum);
    }

    private static int sumPlain(ByteBuf buf, int index, int bytes, int initial) {
        long sum = initial & 0xffffffffL;
        int end = index + (bytes & ~1);
        for (int i = index; i < end; i += 2) {
            sum += buf.getUnsignedShort(i);
        }
        if ((bytes & 1) != 0) {
            sum += buf.getUnsignedByte(end) << 8;
        }
        return fold(sum);
    }

    static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffffffffL);
        folded = (folded >>> 32) + (folded & 0xffffffffL);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) ((folded >>> 16) + (folded & 0xffff));
    }

    // The native code finds the addresses by itself, and trusts the offset.
    private static void checkHeader(ByteBuf buf, int index, int bytes, int transportOffset) {
        boolean v6 = bytes > 0 && IpHeader.version(buf, index) == 6;
        int headerBytes = v6 ? IpHeader.V6_BYTES : IpHeader.V4_BYTES;
        if (transportOffset < headerBytes || transportOffset > bytes) {
            throw new IndexOutOfBoundsException(
                    "transportOffset must be " + headerBytes + ".." + bytes + ": " + transportOffset);
        }
    }

    private static void checkRange(ByteBuf buf, int index, int bytes) {
        if (index < 0 || bytes < 0 || index > buf.capacity() - bytes) {
            throw new IndexOutOfBoundsException(bytes + " bytes at " + index + " of " + buf.capacity());
        }
    }
}
