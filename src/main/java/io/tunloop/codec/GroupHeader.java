// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.IpHeader.V4_BYTES;
import static io.tunloop.packet.IpHeader.V4_CHECKSUM_OFFSET;
import static io.tunloop.packet.IpHeader.V4_DESTINATION_OFFSET;
import static io.tunloop.packet.IpHeader.V4_SOURCE_OFFSET;
import static io.tunloop.packet.IpHeader.V4_TOTAL_LENGTH_OFFSET;
import static io.tunloop.packet.IpHeader.V6_BYTES;
import static io.tunloop.packet.IpHeader.V6_PAYLOAD_LENGTH_OFFSET;
import static io.tunloop.packet.IpHeader.V6_SOURCE_OFFSET;
import static io.tunloop.packet.TransportHeader.PSH;
import static io.tunloop.packet.TransportHeader.TCP_ACK_OFFSET;
import static io.tunloop.packet.TransportHeader.TCP_BYTES;
import static io.tunloop.packet.TransportHeader.TCP_CHECKSUM_OFFSET;
import static io.tunloop.packet.TransportHeader.TCP_FLAGS_OFFSET;
import static io.tunloop.packet.TransportHeader.UDP_CHECKSUM_OFFSET;
import static io.tunloop.packet.TransportHeader.UDP_LENGTH_OFFSET;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.Checksum;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.TransportHeader;
import io.tunloop.packet.VirtioNetHeader;

/**
 * The header of a group of packets: that of its first packet, with which every other one is compared, and which in the
 * end becomes the header of the merged packet.
 *
 * <pre>
 * 0               10
 * +---------------+---------------------+
 * | virtio 10 B   | IP + TCP or UDP     |
 * +---------------+---------------------+
 * </pre>
 *
 * <p>Units: bytes.
 * Thread: one thread at a time.
 * Source: linux net/ipv4/af_inet.c, tcp_offload.c and udp_offload.c: what differs, and may not, between packets of a group.
 */
final class GroupHeader {
    private static final int IP = VirtioNetHeader.BYTES;
    private static final int MEMORY_BYTES = 256;

    /** The longest IP and transport header that may merge: the longest ones but for chains of IPv6 extension headers. */
    static final int MAX_BYTES = MEMORY_BYTES - IP;

    private static final int MAX_DATAGRAMS = 64;

    // Bits that must be the same, in 8 bytes of the header as one big-endian number.
    private static final long V4_VERSION_TOS_FRAGMENT = 0xffff_0000_0000_ffffL; // not the total length, not the ID
    private static final long V4_TTL_PROTOCOL_SOURCE = 0xffff_0000_ffff_ffffL; // not the checksum
    private static final long V6_CLASS_LABEL_NEXT_HOP_LIMIT = 0xffff_ffff_0000_ffffL; // not the payload length
    private static final long TCP_ACK_OFFSET_FLAGS_WINDOW = 0xffff_ffff_fff7_ffffL; // not PSH
    private static final int V4_ID_SHIFT = 16;

    private final boolean fixedIds;
    // Only with the first header: a packet that stays alone has none here.
    private DirectMemory memory;
    private ByteBuf buf;
    private MergeKind kind;
    private boolean v6;
    private int protocol;
    private int transportOffset;
    private int headerBytes;
    private int gsoSize;
    private int totalBytes;
    private int packets;
    private int nextSequence;
    private int nextId;
    private int idStep;
    private boolean push;
    private boolean open;

    /** @param fixedIds true if IPv4 packets with DF may have the same ID instead of increasing ones */
    GroupHeader(boolean fixedIds) {
        this.fixedIds = fixedIds;
    }

    /** Forgets everything: no header, no packets. */
    void clear() {
        headerBytes = 0;
        packets = 0;
        open = false;
    }

    /** Takes the header of the first packet. It stays open for others if that packet may merge. */
    void begin(WirePacket first, int newHeaderBytes) {
        if (memory == null) {
            memory = new DirectMemory(MEMORY_BYTES);
            buf = memory.buf();
        }
        headerBytes = newHeaderBytes;
        buf.setBytes(IP, first.buf(), first.index(), headerBytes);
        kind = first.kind();
        v6 = first.isV6();
        protocol = first.protocol();
        transportOffset = first.transportOffset();
        gsoSize = first.payloadBytes();
        totalBytes = headerBytes;
        nextId = v6 ? 0 : IpHeader.v4Id(buf, IP);
        idStep = 1;
        nextSequence = isTcp() ? TransportHeader.tcpSequence(buf, IP + transportOffset) : 0;
        push = false;
        open = true;
        add(buf, IP, gsoSize);
    }

    /** Adds a packet that {@link #continues} the group. */
    void add(ByteBuf header, int index, int payloadBytes) {
        if (fixedIds && packets == 1 && isFixedId(header, index)) {
            idStep = 0;
            nextId = IpHeader.v4Id(buf, IP);
        }
        packets++;
        totalBytes += payloadBytes;
        nextSequence += payloadBytes;
        nextId = nextId + idStep & 0xffff;
        if (isTcp() && (TransportHeader.tcpFlags(header, index + transportOffset) & PSH) != 0) {
            push = true;
            open = false;
        }
        if (payloadBytes < gsoSize || kind == MergeKind.UDP && packets == MAX_DATAGRAMS) {
            open = false;
        }
    }

    /** How many packets with this much payload still fit, if they continue the group; none if they would close it. */
    int room(int payloadBytes) {
        if (!open || payloadBytes != gsoSize || idStep == 0) {
            return 0;
        }
        int fitting = (IpHeader.MAX_PACKET_BYTES - totalBytes) / payloadBytes;
        return kind == MergeKind.UDP ? Math.min(fitting, MAX_DATAGRAMS - 1 - packets) : fitting;
    }

    /** Adds packets of the full size, without PSH, for which there is {@link #room}. */
    void addAlike(int count) {
        packets += count;
        totalBytes += count * gsoSize;
        nextSequence += count * gsoSize;
        nextId = nextId + count & 0xffff;
    }

    /** Lets no other packet in. */
    void close() {
        open = false;
    }

    boolean isOpen() {
        return open;
    }

    /** The packets in the group. */
    int packets() {
        return packets;
    }

    int headerBytes() {
        return headerBytes;
    }

    MergeKind kind() {
        return kind;
    }

    /** True if the packet has this group's addresses, ports and protocol. */
    boolean isSameFlow(WirePacket packet) {
        ByteBuf other = packet.buf();
        int index = packet.index();
        return packet.isV6() == v6
                && packet.protocol() == protocol
                && samePorts(other, index + packet.transportOffset())
                && (v6 ? sameV6Addresses(other, index) : sameV4Addresses(other, index));
    }

    private boolean samePorts(ByteBuf other, int transport) {
        return other.getInt(transport) == buf.getInt(IP + transportOffset);
    }

    private boolean sameV4Addresses(ByteBuf other, int index) {
        return other.getLong(index + V4_SOURCE_OFFSET) == buf.getLong(IP + V4_SOURCE_OFFSET);
    }

    private boolean sameV6Addresses(ByteBuf other, int index) {
        return sameBytes(other, index, V6_SOURCE_OFFSET, V6_BYTES);
    }

    /**
     * True if a packet that may merge, and has a header as long as this, is the next one of the group: nothing differs but
     * what splitting would restore.
     */
    boolean continues(ByteBuf header, int index, int payloadBytes) {
        return payloadBytes <= gsoSize
                && totalBytes + payloadBytes <= IpHeader.MAX_PACKET_BYTES
                && (v6 ? continuesV6(header, index) : continuesV4(header, index))
                && samePorts(header, index + transportOffset)
                && (!isTcp() || continuesTcp(header, index + transportOffset));
    }

    /** True if the packet's header has the shape of this one. */
    boolean isSameLayout(WirePacket packet) {
        return packet.headerBytes() == headerBytes && packet.transportOffset() == transportOffset;
    }

    private boolean continuesV4(ByteBuf header, int index) {
        long start = header.getLong(index);
        return ((start ^ buf.getLong(IP)) & V4_VERSION_TOS_FRAGMENT) == 0
                && ((start >>> V4_ID_SHIFT & 0xffff) == nextId || fixedIds && packets == 1 && isFixedId(header, index))
                && ((header.getLong(index + 8) ^ buf.getLong(IP + 8)) & V4_TTL_PROTOCOL_SOURCE) == 0
                && header.getInt(index + V4_DESTINATION_OFFSET) == buf.getInt(IP + V4_DESTINATION_OFFSET);
    }

    /** True if the second packet has the first one's ID, which nobody needs where DF is set (RFC 6864). */
    private boolean isFixedId(ByteBuf header, int index) {
        return !v6
                && IpHeader.v4Id(header, index) == IpHeader.v4Id(buf, IP)
                && (IpHeader.v4Fragment(header, index) & IpHeader.V4_DF) != 0;
    }

    private boolean continuesV6(ByteBuf header, int index) {
        return ((header.getLong(index) ^ buf.getLong(IP)) & V6_CLASS_LABEL_NEXT_HOP_LIMIT) == 0
                && sameBytes(header, index, V6_SOURCE_OFFSET, transportOffset);
    }

    private boolean continuesTcp(ByteBuf header, int tcp) {
        int own = IP + transportOffset;
        long ackToWindow = header.getLong(tcp + TCP_ACK_OFFSET) ^ buf.getLong(own + TCP_ACK_OFFSET);
        int checksumUrgent = header.getInt(tcp + TCP_CHECKSUM_OFFSET) ^ buf.getInt(own + TCP_CHECKSUM_OFFSET);
        return TransportHeader.tcpSequence(header, tcp) == nextSequence
                && (ackToWindow & TCP_ACK_OFFSET_FLAGS_WINDOW) == 0
                && (checksumUrgent & 0xffff) == 0
                && sameBytes(header, tcp - transportOffset, transportOffset + TCP_BYTES, headerBytes);
    }

    /** Compares {@code from..to} of both headers; the difference is a multiple of 4. */
    private boolean sameBytes(ByteBuf header, int index, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            if (header.getLong(index + i) != buf.getLong(IP + i)) {
                return false;
            }
        }
        return i == to || header.getInt(index + i) == buf.getInt(IP + i);
    }

    private boolean isTcp() {
        return protocol == IpHeader.PROTOCOL_TCP;
    }

    /**
     * Puts an all-zero virtio header in front of a packet that stays alone, and stores the transport checksum over its
     * payload, which the splitter has left 0.
     */
    void finishAlone(int addressSum, long payloadAddress, int payloadBytes) {
        VirtioNetHeader.clear(buf, 0);
        NativeSegments.complete(
                memory.address() + IP,
                transportOffset,
                headerBytes,
                addressSum,
                protocol,
                payloadAddress,
                payloadBytes);
    }

    /** Makes it the header of all packets together, to be split by the kernel. */
    void finishMerged() {
        int transportBytes = totalBytes - transportOffset;
        int transport = IP + transportOffset;
        setIpLength();
        int pseudo = Checksum.pseudoHeader(buf, IP, protocol, transportBytes);
        if (isTcp()) {
            int flags = TransportHeader.tcpFlags(buf, transport);
            buf.setByte(transport + TCP_FLAGS_OFFSET, push ? flags | PSH : flags);
            buf.setShort(transport + TCP_CHECKSUM_OFFSET, pseudo);
        } else {
            buf.setShort(transport + UDP_LENGTH_OFFSET, transportBytes);
            buf.setShort(transport + UDP_CHECKSUM_OFFSET, pseudo);
        }
        int checksum = isTcp() ? TCP_CHECKSUM_OFFSET : UDP_CHECKSUM_OFFSET;
        VirtioNetHeader.set(
                buf, 0, VirtioNetHeader.NEEDS_CSUM, kind.gsoType(), headerBytes, gsoSize, transportOffset, checksum);
    }

    private void setIpLength() {
        if (v6) {
            buf.setShort(IP + V6_PAYLOAD_LENGTH_OFFSET, totalBytes - V6_BYTES);
        } else {
            buf.setShort(IP + V4_TOTAL_LENGTH_OFFSET, totalBytes);
            buf.setShort(IP + V4_CHECKSUM_OFFSET, 0);
            buf.setShort(IP + V4_CHECKSUM_OFFSET, ~Checksum.sum(buf, IP, V4_BYTES, 0));
        }
    }

    /** Where the virtio header begins; the IP header follows it. */
    long address() {
        return memory.address();
    }
}
