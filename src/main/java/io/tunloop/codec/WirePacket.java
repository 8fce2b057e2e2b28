// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.ECE;
import static io.tunloop.packet.TransportHeader.PSH;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.Checksum;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.IpLayout;
import io.tunloop.packet.TransportHeader;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The header of one wire packet as the coalescer sees it: which flow it belongs to, and whether it may merge at all. One
 * object is used for packet after packet.
 *
 * <p>Units: bytes, counted from the first byte of the IP header.
 * Thread: one thread at a time.
 * Source: linux net/ipv4/af_inet.c, tcp_offload.c and udp_offload.c, the gro_receive functions.
 */
final class WirePacket {
    /** What is known of the flow that a packet belongs to. */
    enum Flow {
        /** Addresses and ports: it concerns this flow only. */
        KNOWN,
        /** Neither TCP nor UDP: it concerns no flow that could have been merged. */
        NONE,
        /** TCP or UDP whose ports cannot be read, or no IP packet at all: it may be of any flow. */
        ANY
    }

    /** Odd, and of this process only: nobody outside can choose addresses and ports whose hashes are the same. */
    private static final long HASH_FACTOR = ThreadLocalRandom.current().nextLong() | 1;

    private final IpLayout ip = new IpLayout();
    private ByteBuf buf;
    private int index;
    private int bytes;
    private int headerBytes;
    private Flow flow;
    private boolean mergeable;

    /**
     * Reads the header at {@code newIndex} of a packet of {@code newBytes}. Only the header need be in the buffer.
     *
     * @param made true if the splitter has made the header: its checksums are right, though not all filled in
     */
    void parse(ByteBuf newBuf, int newIndex, int newBytes, boolean made) {
        buf = newBuf;
        index = newIndex;
        bytes = newBytes;
        mergeable = false;
        headerBytes = 0;
        flow = parseFlow();
        if (flow == Flow.KNOWN && ip.lengthBytes() == bytes && isPlain()) {
            mergeable = (ip.isTcp() ? isTcpMergeable() : isUdpMergeable(made))
                    && headerBytes <= GroupHeader.MAX_BYTES
                    && (made || isIpChecksumValid());
        }
    }

    /**
     * True for what the kernel's own GRO looks at: it leaves options, fragments and what is authenticated alone, and finds
     * the checksum wrong of what its source has routed, as it sums the destination in the IP header.
     */
    private boolean isPlain() {
        return !ip.isFragment() && !ip.hasOptions() && !ip.isAuthenticated() && !ip.isRouted();
    }

    private Flow parseFlow() {
        if (!ip.parse(buf, index, bytes) || ip.isTransportHidden()) {
            return Flow.ANY;
        }
        if (!ip.isTcp() && !ip.isUdp()) {
            return Flow.NONE;
        }
        int transportBytes = bytes - ip.transportOffset();
        if (ip.isLaterFragment() || transportBytes < TransportHeader.UDP_BYTES) {
            return Flow.ANY;
        }
        return Flow.KNOWN;
    }

    private boolean isTcpMergeable() {
        int transportBytes = bytes - ip.transportOffset();
        if (transportBytes <= TransportHeader.TCP_BYTES) {
            return false;
        }
        int transport = index + ip.transportOffset();
        int tcpBytes = TransportHeader.tcpHeaderBytes(buf, transport);
        headerBytes = ip.transportOffset() + tcpBytes;
        return tcpBytes >= TransportHeader.TCP_BYTES
                && tcpBytes < transportBytes
                && (TransportHeader.tcpFlags(buf, transport) & ~(PSH | ECE)) == ACK;
    }

    private boolean isUdpMergeable(boolean made) {
        int transportBytes = bytes - ip.transportOffset();
        int transport = index + ip.transportOffset();
        headerBytes = ip.transportOffset() + TransportHeader.UDP_BYTES;
        return transportBytes > TransportHeader.UDP_BYTES
                && TransportHeader.udpLength(buf, transport) == transportBytes
                && (made || TransportHeader.udpChecksum(buf, transport) != 0);
    }

    private boolean isIpChecksumValid() {
        if (ip.isV6()) {
            return true;
        }
        long sum = 0;
        for (int i = 0; i < IpHeader.V4_BYTES; i += Integer.BYTES) {
            sum += buf.getUnsignedInt(index + i);
        }
        return sum % Checksum.VALID == 0; // Ones' complement: all ones is zero; a header is never zero altogether.
    }

    ByteBuf buf() {
        return buf;
    }

    /** The first byte of the IP header, in the buffer. */
    int index() {
        return index;
    }

    Flow flow() {
        return flow;
    }

    /** True if it may begin a group, as far as its header tells. */
    boolean isMergeable() {
        return mergeable;
    }

    /** Which merging it would be; of a {@link Flow#KNOWN} packet. */
    MergeKind kind() {
        if (ip.isUdp()) {
            return MergeKind.UDP;
        }
        return ip.isV6() ? MergeKind.TCP6 : MergeKind.TCP4;
    }

    boolean isV6() {
        return ip.isV6();
    }

    int protocol() {
        return ip.protocol();
    }

    int transportOffset() {
        return ip.transportOffset();
    }

    /** From the IP header to the payload; of a mergeable packet. */
    int headerBytes() {
        return headerBytes;
    }

    int payloadBytes() {
        return bytes - headerBytes;
    }

    /** True if the transport checksum is right. Reads the whole packet. */
    boolean isTransportChecksumValid() {
        return Checksum.transport(buf, index, bytes, ip) == Checksum.VALID;
    }

    /** A hash of addresses, ports and protocol; of a {@link Flow#KNOWN} packet. */
    int flowHash() {
        long hash = buf.getInt(index + ip.transportOffset()) * 31L + ip.protocol();
        if (ip.isV6()) {
            for (int i = IpHeader.V6_SOURCE_OFFSET; i < IpHeader.V6_BYTES; i += Long.BYTES) {
                hash = hash * HASH_FACTOR + buf.getLong(index + i);
            }
        } else {
            hash = hash * HASH_FACTOR + buf.getLong(index + IpHeader.V4_SOURCE_OFFSET);
        }
        return (int) (hash * HASH_FACTOR >>> 32);
    }
}
