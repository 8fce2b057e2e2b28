// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.ECE;
import static io.tunloop.packet.TransportHeader.URG;

import io.netty.buffer.Unpooled;
import io.tunloop.packet.VirtioNetHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * What a guest with ill intent puts into its device: virtio header and packet, each its own way wrong or excessive. The
 * same seed makes the same frames.
 *
 * <pre>
 * virtio header 10 B | IP header, options, extension headers | TCP, UDP or anything | payload
 *   any field lies      chains of up to 64 KiB, source routes   every flag, odd offsets  0..64 KiB
 * </pre>
 */
public final class GuestFrames {
    private static final int MAX_PACKET_BYTES = 65_535;
    private static final int V6_HEADER_BYTES = 40;
    private static final int ALL_FLAGS = 0x3f;
    private static final int MAX_V4_OPTION_WORDS = 10;
    private static final int MAX_EXTENSION_BYTES = 2048;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;
    // Behind the first three the kernel finds what to split.
    private static final int[] EXTENSIONS = {0, 43, 60, 0, 43, 60, 0, 43, 60, 44, 51, 135, 139};

    private final Random random;
    private int nextFlags;

    public GuestFrames(long seed) {
        random = new Random(seed);
    }

    /** The next frame. */
    public byte[] next() {
        return switch (random.nextInt(14)) {
            case 0, 1 -> tcp();
            case 2 -> udp();
            case 3 -> v4Options();
            case 4, 5 -> extensionChain();
            case 6 -> fragment();
            case 7 -> lyingLength(tcp());
            case 8 -> lyingLength(udp());
            case 9 -> checksumAnywhere();
            case 10 -> anyVirtioHeader();
            case 11 -> noIp();
            case 12 -> changed(random.nextBoolean() ? tcp() : extensionChain());
            default -> random.nextInt(16) == 0 ? segmentsThatMayNotMerge() : udp();
        };
    }

    /** Every flag, any options, the smallest and the largest segments. */
    private byte[] tcp() {
        return frame(anyTcp(), segmentBytes());
    }

    private PacketSpec anyTcp() {
        PacketSpec packet = address(random.nextBoolean() ? Packets.tcp4() : Packets.tcp6());
        return packet.flags(nextFlags++ & 0xff)
                .reserved(random.nextInt(16))
                .urgent(random.nextInt(2) * random.nextInt(0x10000))
                .window(random.nextInt(0x10000))
                .sequence(random.nextInt())
                .tcpOptions(bytes(random.nextBoolean() ? 0 : 4 * random.nextInt(11)))
                .payload(payloadBytes());
    }

    private byte[] udp() {
        PacketSpec packet = address(random.nextBoolean() ? Packets.udp4(payloadBytes()) : Packets.udp6(payloadBytes()));
        if (random.nextInt(4) == 0) {
            packet.noTransportChecksum();
        }
        return frame(packet, segmentBytes());
    }

    /** 40,000 or 65,000 segments of one byte, none of which may go with another: of all frames those that ask for the most. */
    public byte[] segmentsThatMayNotMerge() {
        return segmentsThatMayNotMerge(pick(ACK | ECE, ACK | URG, ALL_FLAGS), pick(40_000, 65_000));
    }

    /** 65,000 of them, with RST among their flags: nobody answers. */
    public byte[] segmentsThatNobodyAnswers() {
        return segmentsThatMayNotMerge(ALL_FLAGS, 65_000);
    }

    private byte[] segmentsThatMayNotMerge(int flags, int segments) {
        PacketSpec packet = address(random.nextBoolean() ? Packets.tcp4() : Packets.tcp6());
        return frame(packet.flags(flags).payload(segments), 1);
    }

    /** Headers of 32 KiB, which each of 30,000 segments would have: a gigabyte. */
    public byte[] longHeadersForManySegments() {
        return frame(address(Packets.tcp6()).extensionChain(16, 2_000).payload(30_000), 1);
    }

    private byte[] v4Options() {
        byte[] options = bytes(4 * (1 + random.nextInt(MAX_V4_OPTION_WORDS)));
        if (random.nextBoolean()) {
            options[0] = (byte) pick(LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE);
            options[1] = (byte) pick(options.length, 3, 7, 255);
            if (options.length > 2) {
                options[2] = (byte) pick(4, 8, 3, 255);
            }
        }
        return frame(anyTcp4().ipOptions(options), segmentBytes());
    }

    private PacketSpec anyTcp4() {
        return address(Packets.tcp4())
                .flags(nextFlags++ & 0xff)
                .sequence(random.nextInt())
                .payload(payloadBytes());
    }

    /** IPv6 extension headers of any kind and number, among them routing headers that are still under way. */
    private byte[] extensionChain() {
        PacketSpec packet = address(random.nextInt(4) > 0 ? Packets.tcp6() : Packets.udp6(0));
        int chainBytes = random.nextInt(3) == 0 ? random.nextInt(60_000) : random.nextInt(400);
        packet.payload(random.nextInt(MAX_PACKET_BYTES - 200 - chainBytes - MAX_EXTENSION_BYTES));
        return splice(frame(packet, segmentBytes()), chain(chainBytes, packet.protocol()));
    }

    /** Extension headers of about so many bytes together; the first one's type is in front of them. */
    private byte[] chain(int minBytes, int protocol) {
        var chain = new ByteArrayOutputStream();
        int type = random.nextBoolean() ? 0 : extensionType();
        chain.write(type);
        do {
            int units = random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(4);
            byte[] extension = bytes(8 * (units + 1));
            int next = chain.size() + extension.length > minBytes ? protocol : extensionType();
            extension[0] = (byte) next;
            extension[1] = (byte) units;
            chain.writeBytes(type == 44 ? Arrays.copyOf(extension, 8) : extension);
            type = next;
        } while (type != protocol);
        return chain.toByteArray();
    }

    private int extensionType() {
        return EXTENSIONS[random.nextInt(EXTENSIONS.length)];
    }

    /** Puts a chain behind the IPv6 header, and moves what points behind it. */
    private static byte[] splice(byte[] frame, byte[] typeAndChain) {
        int at = VirtioNetHeader.BYTES + V6_HEADER_BYTES;
        int chainBytes = typeAndChain.length - 1;
        byte[] spliced = new byte[frame.length + chainBytes];
        System.arraycopy(frame, 0, spliced, 0, at);
        System.arraycopy(typeAndChain, 1, spliced, at, chainBytes);
        System.arraycopy(frame, at, spliced, at + chainBytes, frame.length - at);
        ByteBuffer packet = ByteBuffer.wrap(spliced);
        packet.put(VirtioNetHeader.BYTES + 6, typeAndChain[0]);
        packet.putShort(VirtioNetHeader.BYTES + 4, (short) (spliced.length - at));
        var buf = Unpooled.wrappedBuffer(spliced);
        VirtioNetHeader.set(
                buf,
                0,
                VirtioNetHeader.flags(buf, 0),
                VirtioNetHeader.gsoType(buf, 0),
                spliced.length - VirtioNetHeader.BYTES,
                VirtioNetHeader.gsoSize(buf, 0),
                VirtioNetHeader.csumStart(buf, 0) + chainBytes,
                VirtioNetHeader.csumOffset(buf, 0));
        return spliced;
    }

    private byte[] fragment() {
        PacketSpec packet = random.nextBoolean()
                ? anyTcp4().fragment(pick(0x2000, 0x2001, 0x1fff, 0x3fff, 0x8000, random.nextInt(0x10000)))
                : address(random.nextBoolean() ? Packets.tcp6() : Packets.udp6(0))
                        .fragmentHeader(pick(0, 1, 0xfff9, 0x0008, random.nextInt(0x10000)));
        return frame(packet.payload(payloadBytes()), random.nextBoolean() ? 0 : segmentBytes());
    }

    /** One of the fields that say how long something is, or of what kind, says anything. */
    private byte[] lyingLength(byte[] frame) {
        int packet = VirtioNetHeader.BYTES;
        boolean v6 = frame[packet] >> 4 == 6;
        int transport = packet + (v6 ? V6_HEADER_BYTES : 20);
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        short any = (short) pick(0, 1, 19, 20, 39, 40, 0xffff, frame.length - 11, frame.length - 9, random.nextInt());
        switch (random.nextInt(5)) {
            case 0 -> bytes.putShort(packet + (v6 ? 4 : 2), any);
            case 1 -> bytes.putShort(transport + 4, any); // the length of UDP
            case 2 ->
                bytes.put(Math.min(transport + 12, frame.length - 1), (byte)
                        (random.nextInt(16) << 4)); // the data offset of TCP
            case 3 -> bytes.put(packet, (byte) (v6 ? pick(0x40, 0x6f) : 0x40 | random.nextInt(16)));
            default -> bytes.put(packet + (v6 ? 6 : 9), (byte) random.nextInt(256));
        }
        return random.nextInt(4) == 0
                ? Arrays.copyOf(frame, packet + 1 + random.nextInt(frame.length - packet))
                : frame;
    }

    /** The checksum is to be completed wherever the header says. */
    private byte[] checksumAnywhere() {
        byte[] frame = frame(anyTcp4(), 0);
        int start = pick(0, 1, 19, 20, frame.length - 12, random.nextInt(frame.length), 0xffff);
        int offset = pick(0, 1, 6, 16, random.nextInt(frame.length), 0xffff);
        VirtioNetHeader.set(Unpooled.wrappedBuffer(frame), 0, 1, 0, 0, 0, start, offset);
        return frame;
    }

    private byte[] anyVirtioHeader() {
        byte[] frame = random.nextBoolean() ? tcp() : udp();
        var buf = Unpooled.wrappedBuffer(frame);
        switch (random.nextInt(4)) {
            case 0 -> buf.setBytes(0, bytes(VirtioNetHeader.BYTES));
            case 1 ->
                buf.setByte(VirtioNetHeader.GSO_TYPE_OFFSET, pick(0, 1, 3, 4, 5, 0x81, 0x84, random.nextInt(256)));
            case 2 -> buf.setByte(VirtioNetHeader.FLAGS_OFFSET, random.nextInt(4));
            default -> buf.setShortLE(VirtioNetHeader.HDR_LEN_OFFSET, random.nextInt(0x10000));
        }
        return frame;
    }

    private byte[] noIp() {
        byte[] frame = new byte[VirtioNetHeader.BYTES + 1 + random.nextInt(pick(4, 20, 60, 1_500, 60_000))];
        byte[] packet = bytes(frame.length - VirtioNetHeader.BYTES);
        packet[0] = (byte) (random.nextInt(3) == 0 ? pick(0x45, 0x4f, 0x60) : packet[0]);
        System.arraycopy(packet, 0, frame, VirtioNetHeader.BYTES, packet.length);
        return frame;
    }

    /** Some bytes of the headers are others. */
    private byte[] changed(byte[] frame) {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            frame[random.nextInt(Math.min(frame.length, 120))] = (byte) random.nextInt(256);
        }
        return frame;
    }

    private PacketSpec address(PacketSpec packet) {
        packet.source(packet.isV6() ? "fd00:1::77" : "10.0.1.77");
        packet.destination(packet.isV6() ? TwoHosts.IPV6_ADDRESS_2 : TwoHosts.ADDRESS_2);
        return packet.ports(1 + random.nextInt(4), 1 + random.nextInt(4))
                .tos(random.nextInt(256))
                .id(random.nextInt())
                .seed(random.nextInt(1 << 20));
    }

    private int segmentBytes() {
        return pick(1, 2, 8, 36, 48, 48, 536, 536, 1_400, 1_400, 9_000, 32_767, 0xffff, 1 + random.nextInt(3_000));
    }

    /** Mostly not much: what takes the kernel's time is not what is tested. */
    private int payloadBytes() {
        return random.nextInt(pick(1, 2, 1_400, 1_400, 4_000, 4_000, 65_400));
    }

    private static byte[] frame(PacketSpec packet, int segmentBytes) {
        return Packets.take(packet.frame(segmentBytes));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }
}
