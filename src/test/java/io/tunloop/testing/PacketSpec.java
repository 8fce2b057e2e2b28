// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static io.tunloop.packet.IpHeader.PROTOCOL_TCP;
import static io.tunloop.packet.IpHeader.PROTOCOL_UDP;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import io.tunloop.packet.TransportHeader;
import io.tunloop.packet.VirtioNetHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * What one test packet is to be, field by field; {@link #build()} makes its bytes, valid but for what was asked for.
 *
 * <p>Each method changes this and returns it; {@link #copy()} first to keep the old one. The payload of a TCP packet is a
 * function of its sequence numbers, so that packets of one stream carry what a merger of them must carry.
 */
public final class PacketSpec {
    private boolean v6;
    private int protocol = PROTOCOL_TCP;
    private String source;
    private String destination;
    private int sourcePort = 1000;
    private int destinationPort = 2000;
    private int tos;
    private int ttl = 64;
    private int id;
    private int fragment = 0x4000;
    private int flowLabel;
    private byte[] ipOptions = {};
    private byte[] extensions = {};
    private int extensionType = -1;
    private int afterExtension = -1;
    private int lastExtension;
    private String finalDestination;
    private int sequence = 1;
    private int ack = 1;
    private int reserved;
    private int flags = TransportHeader.ACK;
    private int window = 512;
    private int urgent;
    private byte[] tcpOptions = {};
    private int payloadBytes;
    private int payloadSeed;
    private boolean badIpChecksum;
    private boolean badTransportChecksum;
    private boolean noTransportChecksum;
    private int trailingBytes;
    private int lengthError;

    PacketSpec(boolean v6, int protocol) {
        this.v6 = v6;
        this.protocol = protocol;
        source = v6 ? "fd00:1::1" : "10.0.1.1";
        destination = v6 ? "fd00:2::1" : "10.0.2.1";
    }

    public PacketSpec copy() {
        PacketSpec copy = new PacketSpec(v6, protocol);
        copy.source = source;
        copy.destination = destination;
        copy.sourcePort = sourcePort;
        copy.destinationPort = destinationPort;
        copy.tos = tos;
        copy.ttl = ttl;
        copy.id = id;
        copy.fragment = fragment;
        copy.flowLabel = flowLabel;
        copy.ipOptions = ipOptions;
        copy.extensions = extensions;
        copy.extensionType = extensionType;
        copy.afterExtension = afterExtension;
        copy.lastExtension = lastExtension;
        copy.finalDestination = finalDestination;
        copy.sequence = sequence;
        copy.ack = ack;
        copy.reserved = reserved;
        copy.flags = flags;
        copy.window = window;
        copy.urgent = urgent;
        copy.tcpOptions = tcpOptions;
        copy.payloadBytes = payloadBytes;
        copy.payloadSeed = payloadSeed;
        copy.badIpChecksum = badIpChecksum;
        copy.badTransportChecksum = badTransportChecksum;
        copy.noTransportChecksum = noTransportChecksum;
        copy.trailingBytes = trailingBytes;
        copy.lengthError = lengthError;
        return copy;
    }

    public PacketSpec source(String address) {
        source = address;
        return this;
    }

    public PacketSpec destination(String address) {
        destination = address;
        return this;
    }

    public PacketSpec ports(int sourcePort, int destinationPort) {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
        return this;
    }

    /** TOS of IPv4, traffic class of IPv6. */
    public PacketSpec tos(int value) {
        tos = value;
        return this;
    }

    /** TTL of IPv4, hop limit of IPv6. */
    public PacketSpec ttl(int value) {
        ttl = value;
        return this;
    }

    /** The IPv4 identification. */
    public PacketSpec id(int value) {
        id = value & 0xffff;
        return this;
    }

    public int id() {
        return id;
    }

    /** DF, MF and fragment offset as one field; DF alone by default. */
    public PacketSpec fragment(int field) {
        fragment = field;
        return this;
    }

    /** True if DF is set. */
    public boolean isDontFragment() {
        return (fragment & 0x4000) != 0;
    }

    public PacketSpec flowLabel(int value) {
        flowLabel = value;
        return this;
    }

    public PacketSpec ipOptions(byte... options) {
        ipOptions = options;
        return this;
    }

    /** A hop-by-hop or destination options header of 8 bytes, padding but for {@code content}. */
    public PacketSpec extension(int type, int content) {
        lastExtension = 0;
        finalDestination = null;
        extensionType = type;
        extensions = new byte[] {0, 0, 1, 4, 0, 0, 0, (byte) content};
        return this;
    }

    /** Destination options headers of 8 to 2048 bytes each, all padding. */
    public PacketSpec extensionChain(int headers, int bytesEach) {
        finalDestination = null;
        extensionType = 60;
        extensions = new byte[headers * bytesEach];
        for (int at = 0; at < extensions.length; at += bytesEach) {
            extensions[at] = 60;
            extensions[at + 1] = (byte) (bytesEach / 8 - 1);
        }
        lastExtension = extensions.length - bytesEach;
        return this;
    }

    /**
     * A routing header with these addresses, in their order on the wire.
     *
     * @param last the final destination, which the checksum is for; null where no segments are left
     */
    public PacketSpec routing(int type, int segmentsLeft, String last, String... addresses) {
        ByteBuffer header = ByteBuffer.allocate(8 + 16 * addresses.length)
                .put((byte) 0)
                .put((byte) (2 * addresses.length))
                .put((byte) type)
                .put((byte) segmentsLeft)
                .putInt(0);
        for (String address : addresses) {
            header.put(NetUtil.createByteArrayFromIpAddressString(address));
        }
        return routing(header.array(), last);
    }

    /** A routing header of any making; its first byte is put right. */
    public PacketSpec routing(byte[] header, String last) {
        lastExtension = 0;
        extensionType = 43;
        extensions = header;
        finalDestination = last;
        return this;
    }

    /** An IPv4 source route: 131 for a loose one, 137 for a strict one; the pointer of a fresh one is 4. */
    public PacketSpec sourceRoute(int type, int pointer, String last, String... addresses) {
        ByteBuffer options = ByteBuffer.allocate(4 + 4 * addresses.length)
                .put((byte) 1)
                .put((byte) type)
                .put((byte) (3 + 4 * addresses.length))
                .put((byte) pointer);
        for (String address : addresses) {
            options.put(NetUtil.createByteArrayFromIpAddressString(address));
        }
        finalDestination = last;
        return ipOptions(options.array());
    }

    /** An IPv6 fragment header with this offset-and-flags field. */
    public PacketSpec fragmentHeader(int field) {
        lastExtension = 0;
        finalDestination = null;
        extensionType = 44;
        extensions = new byte[] {0, 0, (byte) (field >> 8), (byte) field, 0, 0, 0, 9};
        return this;
    }

    /** An IPv6 authentication header, of 24 bytes. */
    public PacketSpec authenticationHeader() {
        extensionType = 51;
        extensions = new byte[24];
        extensions[1] = 4;
        return this;
    }

    /** What the extension header says that follows it; what does follow stays TCP or UDP. */
    public PacketSpec afterExtension(int number) {
        afterExtension = number;
        return this;
    }

    public PacketSpec sequence(int value) {
        sequence = value;
        return this;
    }

    public int sequence() {
        return sequence;
    }

    public PacketSpec ack(int value) {
        ack = value;
        return this;
    }

    /** The four bits beside the data offset. */
    public PacketSpec reserved(int bits) {
        reserved = bits;
        return this;
    }

    public PacketSpec flags(int value) {
        flags = value;
        return this;
    }

    public int flags() {
        return flags;
    }

    public PacketSpec window(int value) {
        window = value;
        return this;
    }

    public PacketSpec urgent(int pointer) {
        urgent = pointer;
        return this;
    }

    public PacketSpec tcpOptions(byte... options) {
        tcpOptions = options;
        return this;
    }

    /** The timestamp option with its usual padding, 12 bytes. */
    public PacketSpec timestamp(int value) {
        return tcpOptions(ByteBuffer.allocate(12)
                .putInt(0x0101080a)
                .putInt(value)
                .putInt(7)
                .array());
    }

    public PacketSpec payload(int bytes) {
        payloadBytes = bytes;
        return this;
    }

    public int payloadBytes() {
        return payloadBytes;
    }

    /** What the payload of a UDP packet is made from. */
    public PacketSpec seed(int value) {
        payloadSeed = value;
        return this;
    }

    public PacketSpec badIpChecksum() {
        badIpChecksum = true;
        return this;
    }

    public PacketSpec badTransportChecksum() {
        badTransportChecksum = true;
        return this;
    }

    /** A transport checksum of 0. */
    public PacketSpec noTransportChecksum() {
        noTransportChecksum = true;
        return this;
    }

    /** Bytes behind the end that the IP header tells. */
    public PacketSpec trailing(int bytes) {
        trailingBytes = bytes;
        return this;
    }

    /** What the UDP length field is wrong by. */
    public PacketSpec lengthError(int bytes) {
        lengthError = bytes;
        return this;
    }

    /** The next packet of the stream: sequence and ID go on, the rest stays. */
    public PacketSpec next() {
        return copy().sequence(sequence + payloadBytes).id(id + 1).seed(payloadSeed + 1);
    }

    /** Takes back every error: bad checksums, lengths that are wrong, fragments. */
    public PacketSpec sound() {
        badIpChecksum = false;
        badTransportChecksum = false;
        noTransportChecksum = false;
        trailingBytes = 0;
        lengthError = 0;
        fragment &= 0x4000;
        if (extensionType == 44) {
            extensionType = -1;
            extensions = new byte[0];
            lastExtension = 0;
        }
        return this;
    }

    public boolean hasBadIpChecksum() {
        return badIpChecksum;
    }

    /** The bytes that a router makes of {@link #bytes()}: TTL or hop limit one less, nothing behind the packet's end. */
    public byte[] forwardedBytes() {
        return copy().ttl(ttl - 1).trailing(0).bytes();
    }

    public boolean isV6() {
        return v6;
    }

    public int protocol() {
        return protocol;
    }

    /** From the IP header to the transport header. */
    public int transportOffset() {
        return v6 ? 40 + extensions.length : 20 + ipOptions.length;
    }

    /** From the IP header to the payload. */
    public int headerBytes() {
        return transportOffset() + (protocol == PROTOCOL_TCP ? 20 + tcpOptions.length : 8);
    }

    /** The IP packet as a direct buffer. */
    public ByteBuf build() {
        byte[] bytes = bytes();
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** The IP packet behind an all-zero virtio header. */
    public ByteBuf plainFrame() {
        byte[] bytes = bytes();
        return Unpooled.directBuffer(10 + bytes.length).writeZero(10).writeBytes(bytes);
    }

    /** The packet as an offloaded device delivers it: partial checksum, to be split at {@code gsoSize}; 0 for GSO_NONE. */
    public ByteBuf frame(int gsoSize) {
        byte[] bytes = bytes();
        boolean tcp = protocol == PROTOCOL_TCP;
        int start = transportOffset();
        int offset = tcp ? TransportHeader.TCP_CHECKSUM_OFFSET : TransportHeader.UDP_CHECKSUM_OFFSET;
        long pseudo = pseudo(bytes.length - start);
        putShort(bytes, start + offset, PlainChecksum.fold(pseudo));
        int type = tcp ? (v6 ? 4 : 1) : 5;
        ByteBuf frame = Unpooled.directBuffer(10 + bytes.length).writeZero(10).writeBytes(bytes);
        // hdr_len is what the kernel gives for forwarded packets: everything.
        VirtioNetHeader.set(frame, 0, 1, gsoSize == 0 ? 0 : type, bytes.length, gsoSize, start, offset);
        return frame;
    }

    /** The sum of the pseudo header, whose destination is the final one. */
    public long pseudo(int transportBytes) {
        byte[] from = NetUtil.createByteArrayFromIpAddressString(source);
        byte[] to =
                NetUtil.createByteArrayFromIpAddressString(finalDestination == null ? destination : finalDestination);
        return PlainChecksum.sum(from, 0, from.length)
                + PlainChecksum.sum(to, 0, to.length)
                + protocol
                + transportBytes;
    }

    /** The IP packet. */
    public byte[] bytes() {
        byte[] transport = protocol == PROTOCOL_TCP ? tcp() : udp();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(v6 ? ip6(transport.length) : ip4(transport.length));
        out.writeBytes(transport);
        byte[] packet = out.toByteArray();
        int field = transportOffset() + (protocol == PROTOCOL_TCP ? 16 : 6);
        if (!noTransportChecksum) {
            long sum = pseudo(transport.length) + PlainChecksum.sum(transport, 0, transport.length);
            int checksum = ~PlainChecksum.fold(sum) & 0xffff;
            checksum = protocol == PROTOCOL_UDP && checksum == 0 ? 0xffff : checksum;
            putShort(packet, field, badTransportChecksum ? checksum ^ 0x1234 : checksum);
        }
        return Arrays.copyOf(packet, packet.length + trailingBytes);
    }

    private byte[] ip4(int transportBytes) {
        byte[] header = new byte[20 + ipOptions.length];
        ByteBuffer.wrap(header)
                .put((byte) (0x40 | header.length / 4))
                .put((byte) tos)
                .putShort((short) (header.length + transportBytes))
                .putShort((short) id)
                .putShort((short) fragment)
                .put((byte) ttl)
                .put((byte) protocol)
                .putShort((short) 0)
                .put(NetUtil.createByteArrayFromIpAddressString(source))
                .put(NetUtil.createByteArrayFromIpAddressString(destination))
                .put(ipOptions);
        int checksum = ~PlainChecksum.fold(PlainChecksum.sum(header, 0, header.length)) & 0xffff;
        putShort(header, 10, badIpChecksum ? checksum ^ 0x4321 : checksum);
        return header;
    }

    private byte[] ip6(int transportBytes) {
        byte[] header = new byte[40 + extensions.length];
        int next = extensions.length == 0 ? protocol : extensionType;
        ByteBuffer.wrap(header)
                .putInt(0x60000000 | tos << 20 | flowLabel)
                .putShort((short) (extensions.length + transportBytes))
                .put((byte) next)
                .put((byte) ttl)
                .put(NetUtil.createByteArrayFromIpAddressString(source))
                .put(NetUtil.createByteArrayFromIpAddressString(destination))
                .put(extensions);
        if (extensions.length > 0) {
            header[40 + lastExtension] = (byte) (afterExtension < 0 ? protocol : afterExtension);
        }
        return header;
    }

    private byte[] tcp() {
        byte[] segment = new byte[20 + tcpOptions.length + payloadBytes];
        ByteBuffer.wrap(segment)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(sequence)
                .putInt(ack)
                .put((byte) ((20 + tcpOptions.length) / 4 << 4 | reserved))
                .put((byte) flags)
                .putShort((short) window)
                .putShort((short) 0)
                .putShort((short) urgent)
                .put(tcpOptions);
        for (int i = 0; i < payloadBytes; i++) {
            segment[20 + tcpOptions.length + i] = streamByte(sequence + i);
        }
        return segment;
    }

    private byte[] udp() {
        byte[] datagram = new byte[8 + payloadBytes];
        ByteBuffer.wrap(datagram)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putShort((short) (datagram.length + lengthError))
                .putShort((short) 0);
        for (int i = 0; i < payloadBytes; i++) {
            datagram[8 + i] = streamByte(payloadSeed * 65_599 + i);
        }
        return datagram;
    }

    private static byte streamByte(int position) {
        int mixed = position * 0x9e3779b1;
        return (byte) (mixed >>> 24 ^ mixed >>> 11);
    }

    private static void putShort(byte[] bytes, int index, int value) {
        bytes[index] = (byte) (value >> 8);
        bytes[index + 1] = (byte) value;
    }

    /** One line: the fields that matter, and those that are not what they usually are. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(protocol == PROTOCOL_TCP ? "tcp" : "udp").append(v6 ? '6' : '4');
        text.append(' ').append(source).append(':').append(sourcePort);
        text.append(" > ").append(destination).append(':').append(destinationPort);
        text.append(" payload=").append(payloadBytes);
        if (protocol == PROTOCOL_TCP) {
            text.append(" flags=").append(flagNames(flags)).append(" seq=").append(Integer.toUnsignedString(sequence));
            append(text, "ack", Integer.toUnsignedString(ack), "1");
            append(text, "window", window, 512);
            append(text, "reserved", reserved, 0);
            append(text, "urgent", urgent, 0);
            append(text, "options", Arrays.toString(tcpOptions), "[]");
        }
        if (!v6) {
            text.append(" id=").append(Integer.toHexString(id));
            append(text, "fragment", Integer.toHexString(fragment), "4000");
            append(text, "ipOptions", Arrays.toString(ipOptions), "[]");
        }
        append(text, "tos", tos, 0);
        append(text, "ttl", ttl, 64);
        append(text, "flowLabel", flowLabel, 0);
        append(text, "extension", extensionType + Arrays.toString(extensions), "-1[]");
        append(text, "afterExtension", afterExtension, -1);
        append(text, "finalDestination", finalDestination, null);
        append(text, "badIpChecksum", badIpChecksum, false);
        append(text, "badTransportChecksum", badTransportChecksum, false);
        append(text, "noTransportChecksum", noTransportChecksum, false);
        append(text, "trailing", trailingBytes, 0);
        append(text, "lengthError", lengthError, 0);
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Object value, Object usual) {
        if (!Objects.equals(value, usual)) {
            text.append(' ').append(name).append('=').append(value);
        }
    }

    private static String flagNames(int flags) {
        String[] names = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < names.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                text.append(text.length() == 0 ? "" : "|").append(names[bit]);
            }
        }
        return text.toString();
    }
}
