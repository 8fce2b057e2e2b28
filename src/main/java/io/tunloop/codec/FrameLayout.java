// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.VirtioNetHeader.GSO_NONE;
import static io.tunloop.packet.VirtioNetHeader.GSO_TCPV4;
import static io.tunloop.packet.VirtioNetHeader.GSO_TCPV6;
import static io.tunloop.packet.VirtioNetHeader.GSO_UDP_L4;
import static io.tunloop.packet.VirtioNetHeader.NEEDS_CSUM;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.Checksum;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.IpLayout;
import io.tunloop.packet.TransportHeader;
import io.tunloop.packet.VirtioNetHeader;

/**
 * What one frame of an offloaded device is: checked here, so that nobody behind needs to. One object is used for frame
 * after frame.
 *
 * <pre>
 * packetIndex        transportOffset   headerBytes                packetBytes
 * v                  v                 v                          v
 * +----------+-------+-----------------+----------+----------+----+
 * | virtio   | IP    | TCP or UDP      | gsoSize  | gsoSize  |    |
 * +----------+-------+-----------------+----------+----------+----+
 * </pre>
 *
 * <p>Units: bytes; all but {@code packetIndex} count from the first byte of the IP header.
 * Thread: one thread at a time.
 */
final class FrameLayout {
    /**
     * The most bytes that the headers of all segments may have together. 65,535 segments of one byte, each behind 100 bytes
     * of IPv6 and TCP with options, fit: only a chain of extension headers, which every segment repeats, does not.
     */
    static final int MAX_HEADERS_BYTES = 8 * 1024 * 1024;

    private final IpLayout ip = new IpLayout();
    private int packetIndex;
    private int packetBytes;
    private int gsoType;
    private int gsoSize;
    private int headerBytes;
    private int addressSum;
    private boolean needsChecksum;
    private int checksumStart;
    private int checksumOffset;

    /** Reads the readable bytes. Returns null if the frame is sound, else what is wrong with it. */
    String parse(ByteBuf frame) {
        int header = frame.readerIndex();
        packetIndex = header + VirtioNetHeader.BYTES;
        packetBytes = frame.readableBytes() - VirtioNetHeader.BYTES;
        if (packetBytes <= 0) {
            return "no packet behind the virtio header";
        }
        gsoType = VirtioNetHeader.gsoType(frame, header);
        gsoSize = VirtioNetHeader.gsoSize(frame, header);
        needsChecksum = (VirtioNetHeader.flags(frame, header) & NEEDS_CSUM) != 0;
        checksumStart = VirtioNetHeader.csumStart(frame, header);
        checksumOffset = VirtioNetHeader.csumOffset(frame, header);
        if (needsChecksum && checksumStart + checksumOffset > packetBytes - Short.BYTES) {
            return "checksum field behind the end of the packet";
        }
        return gsoType == GSO_NONE ? null : parseGso(frame);
    }

    private String parseGso(ByteBuf frame) {
        // Any other is sound: Linux 6.18 too splits to segments of 1 byte, and what it sends so is not to be lost here.
        if (gsoSize == 0) {
            return "gso_size is 0";
        }
        if (!ip.parse(frame, packetIndex, packetBytes)) {
            return "no IP header";
        }
        if (!typeAgrees()) {
            return "gso_type disagrees with the packet, or is unknown";
        }
        if (needsChecksum && checksumStart != ip.transportOffset()) {
            return "csum_start is not where the transport header begins";
        }
        // hdr_len is not asked: on the forward path the kernel puts the length of the whole packet there.
        String error = ip.isTcp() ? parseTcp(frame) : parseUdp();
        return error == null ? parseSegments(frame) : error;
    }

    private boolean typeAgrees() {
        if (ip.isFragment() || ip.isAuthenticated()) {
            return false;
        }
        return switch (gsoType) {
            case GSO_TCPV4 -> ip.isTcp() && !ip.isV6();
            case GSO_TCPV6 -> ip.isTcp() && ip.isV6();
            case GSO_UDP_L4 -> ip.isUdp();
            default -> false;
        };
    }

    private String parseTcp(ByteBuf frame) {
        int transport = ip.transportOffset();
        if (transport > packetBytes - TransportHeader.TCP_BYTES) {
            return "TCP header behind the end of the packet";
        }
        int tcpBytes = TransportHeader.tcpHeaderBytes(frame, packetIndex + transport);
        if (tcpBytes < TransportHeader.TCP_BYTES || tcpBytes > packetBytes - transport) {
            return "TCP data offset points outside the packet";
        }
        if (needsChecksum && checksumOffset != TransportHeader.TCP_CHECKSUM_OFFSET) {
            return "csum_offset is not TCP's";
        }
        headerBytes = transport + tcpBytes;
        return null;
    }

    private String parseUdp() {
        headerBytes = ip.transportOffset() + TransportHeader.UDP_BYTES;
        if (headerBytes > packetBytes) {
            return "UDP header behind the end of the packet";
        }
        return needsChecksum && checksumOffset != TransportHeader.UDP_CHECKSUM_OFFSET
                ? "csum_offset is not UDP's"
                : null;
    }

    private String parseSegments(ByteBuf frame) {
        if (headerBytes + Math.min(gsoSize, packetBytes - headerBytes) > IpHeader.MAX_PACKET_BYTES) {
            return "segments longer than an IP packet";
        }
        if ((long) segments() * headerBytes > MAX_HEADERS_BYTES) {
            return "the headers of its segments have more than " + MAX_HEADERS_BYTES + " bytes";
        }
        addressSum = Checksum.addresses(frame, packetIndex, ip);
        if (addressSum == Checksum.UNKNOWN) {
            if (!needsChecksum) {
                return "routing header of unknown type, and no checksum to go on from";
            }
            addressSum = addressSumOfChecksum(frame);
        }
        return null;
    }

    /** The sender has summed the pseudo header, and knows what the routing header means. */
    private int addressSumOfChecksum(ByteBuf frame) {
        int checksum = frame.getUnsignedShort(packetIndex + checksumStart + checksumOffset);
        int lengthAndProtocol = packetBytes - ip.transportOffset() + ip.protocol();
        return Math.floorMod(checksum - lengthAndProtocol, Checksum.VALID); // Ones' complement: all ones is zero.
    }

    /** The first byte of the IP header, in the buffer. */
    int packetIndex() {
        return packetIndex;
    }

    int packetBytes() {
        return packetBytes;
    }

    /** False for GSO_NONE: then only the checksum's place is known. */
    boolean isGso() {
        return gsoType != GSO_NONE;
    }

    /** True if the checksum in the packet covers the pseudo header only. */
    boolean needsChecksum() {
        return needsChecksum;
    }

    int checksumStart() {
        return checksumStart;
    }

    /** From {@link #checksumStart} to the field. */
    int checksumOffset() {
        return checksumOffset;
    }

    /** From the IP header to the TCP or UDP header. */
    int transportOffset() {
        return ip.transportOffset();
    }

    /** From the IP header to the payload. */
    int headerBytes() {
        return headerBytes;
    }

    /** The payload of every segment but the last. */
    int gsoSize() {
        return gsoSize;
    }

    /** The sum of source and final destination. */
    int addressSum() {
        return addressSum;
    }

    int protocol() {
        return ip.protocol();
    }

    boolean isV6() {
        return ip.isV6();
    }

    /** The number of segments, at least 1. */
    int segments() {
        int payload = packetBytes - headerBytes;
        return payload == 0 ? 1 : (payload - 1) / gsoSize + 1;
    }
}
