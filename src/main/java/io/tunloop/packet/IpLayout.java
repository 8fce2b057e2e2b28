// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;

/**
 * Where things lie in one IP packet, behind options and extension headers. One object is used for packet after packet, so
 * that looking at one makes no garbage.
 *
 * <pre>
 * parse(buf, index, bytes)
 *            v
 * buf        | IP header, options, extension headers | TCP, UDP, ICMP ...                    |
 *            0                               transportOffset()                        lengthBytes()
 * </pre>
 * What the first fragment has behind its headers a later one has not: there the fragment header is the last that is read.
 *
 * <p>Units: bytes, counted from the first byte of the IP header.
 * Thread: one thread at a time.
 * Errors: {@link #parse} returns false for what is no IP packet; what the accessors tell then means nothing.
 * Source: RFC 791; RFC 8200, section 4; RFC 4302, section 2.
 */
public final class IpLayout {
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int LEAST_EXTENSION_BYTES = 8;
    private static final int SEGMENTS_LEFT_OFFSET = 3;
    private static final int V6_FRAGMENT_OFFSET_MASK = 0xfff8;

    private boolean v6;
    private int lengthBytes;
    private int transportOffset;
    private int protocol;
    private boolean options;
    private boolean authenticated;
    private boolean fragment;
    private boolean laterFragment;
    private int routingOffset;

    /** A layout of nothing, until it parses. */
    public IpLayout() {}

    /**
     * Reads the IP header at {@code index} of a packet of {@code bytes}, and the headers behind it up to the transport
     * header; nothing behind that is read. Returns false if there is none, or it is cut short. That the length the header
     * tells is there is another question: {@link #isWithin}.
     */
    public boolean parse(ByteBuf buf, int index, int bytes) {
        if (bytes < IpHeader.V4_BYTES) {
            return false;
        }
        int version = IpHeader.version(buf, index);
        v6 = version == 6;
        authenticated = false;
        routingOffset = 0;
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
        while (isExtension(protocol) && !laterFragment) {
            if (transportOffset > bytes - LEAST_EXTENSION_BYTES) {
                return false;
            }
            skipExtension(buf, index + transportOffset);
        }
        return transportOffset <= bytes;
    }

    private void skipExtension(ByteBuf buf, int index) {
        int length = buf.getUnsignedByte(index + 1);
        switch (protocol) {
            case FRAGMENT -> { // It has no length of its own: that byte is reserved.
                fragment = true;
                laterFragment = (buf.getUnsignedShort(index + 2) & V6_FRAGMENT_OFFSET_MASK) != 0;
                transportOffset += LEAST_EXTENSION_BYTES;
            }
            case AUTHENTICATION -> {
                authenticated = true;
                transportOffset += (length + 2) * Integer.BYTES;
            }
            default -> {
                if (protocol == ROUTING && buf.getUnsignedByte(index + SEGMENTS_LEFT_OFFSET) > 0) {
                    routingOffset = transportOffset;
                }
                transportOffset += (length + 1) * Long.BYTES;
            }
        }
        protocol = buf.getUnsignedByte(index);
    }

    /**
     * True for the number of an IPv6 extension header that tells how long it is. All others, ESP too, hide what follows.
     */
    private static boolean isExtension(int header) {
        return switch (header) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    /** True if what the IP header tells is there in {@code bytes}, and has room for its own headers. */
    public boolean isWithin(int bytes) {
        return lengthBytes <= bytes && transportOffset <= lengthBytes;
    }

    /** True for IPv6, false for IPv4. */
    public boolean isV6() {
        return v6;
    }

    /** The length that the header tells: IP header and all behind it. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** The first byte behind IP header, options and extension headers. */
    public int transportOffset() {
        return transportOffset;
    }

    /** The bytes of transport header and payload; of a packet that {@link #isWithin} its buffer. */
    public int transportBytes() {
        return lengthBytes - transportOffset;
    }

    /** What the transport header is, or the first header that hides it; of a later fragment what its first part began with. */
    public int protocol() {
        return protocol;
    }

    /** True when {@link #protocol} is TCP. */
    public boolean isTcp() {
        return protocol == IpHeader.PROTOCOL_TCP;
    }

    /** True when {@link #protocol} is UDP. */
    public boolean isUdp() {
        return protocol == IpHeader.PROTOCOL_UDP;
    }

    /** True for IPv4 options; IPv6 extension headers do not count. */
    public boolean hasOptions() {
        return options;
    }

    /** True if an IPv6 authentication header covers the packet: nobody on the way may change it, nor cut or join it. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** True for an IPv6 packet whose source has routed it through others, of which some are yet to come. */
    public boolean isRouted() {
        return routingOffset > 0;
    }

    /** Where the last routing header lies that has segments left; 0 if there is none. */
    int routingOffset() {
        return routingOffset;
    }

    /** True for a piece of a fragmented packet, the first one included. */
    public boolean isFragment() {
        return fragment;
    }

    /** True for a fragment that is not the first one, and so has no transport header. */
    public boolean isLaterFragment() {
        return laterFragment;
    }

    /**
     * True for a later fragment whose transport is not known: its first part began with an extension header, and only that
     * first part says what follows.
     */
    public boolean isTransportHidden() {
        return laterFragment && v6 && isExtension(protocol);
    }

    /** Where the source address begins. */
    public int sourceOffset() {
        return v6 ? IpHeader.V6_SOURCE_OFFSET : IpHeader.V4_SOURCE_OFFSET;
    }

    /** Where the destination address begins. */
    public int destinationOffset() {
        return v6 ? IpHeader.V6_DESTINATION_OFFSET : IpHeader.V4_DESTINATION_OFFSET;
    }

    /** The bytes of one address: 4 or 16. */
    public int addressBytes() {
        return v6 ? 16 : 4;
    }
}
