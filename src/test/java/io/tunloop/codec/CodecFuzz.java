// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.ECE;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.packet.Checksum;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.IpLayout;
import io.tunloop.packet.PacketBatch;
import io.tunloop.packet.TransportHeader;
import io.tunloop.testing.Frame;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What must hold for any bytes whatever, checked with bytes that a fuzzer chooses to reach new code.
 *
 * <pre>
 * headers   any bytes                 ─► IpLayout, WirePacket       nothing is read outside the packet
 * splitter  any frame                 ─► both outputs               the same packets; merged and split again, the same
 * coalescer packets, mutated anywhere ─► merged ─► split            the same packets, and the same order in each flow
 * </pre>
 */
public final class CodecFuzz {
    private static final int MAX_PACKETS = 24;
    private static final int MANY_SEGMENTS = 32;
    private static final byte[][][] STREAMS = {
        stream(Packets.tcp4(ACK, 20, 1)),
        stream(Packets.tcp6(ACK, 20, 1)),
        stream(Packets.udp4(20)),
        stream(Packets.udp6(20)),
        stream(Packets.tcp4(ACK | ECE, 20, 1).reserved(1)),
        stream(Packets.tcp6(ACK, 20, 1).ports(1, 1).routing(4, 0, null, "fd00:9::9")),
        stream(Packets.tcp6(ACK, 20, 1).ports(1, 2).routing(0, 1, "fd00:9::9", "fd00:9::9")),
        stream(Packets.tcp4(ACK, 20, 1).ports(1, 3).sourceRoute(131, 4, "10.9.9.9", "10.9.9.9")),
        stream(Packets.udp6(20).ports(1, 4).extensionChain(3, 16))
    };

    private static CodecFuzz shared;

    private final GsoSplitter packetSplitter = new GsoSplitter(GsoSplitter.Output.PACKETS);
    private final EmbeddedChannel packets = channel(packetSplitter);
    private final EmbeddedChannel batches = channel(new GsoSplitter(GsoSplitter.Output.BATCHES));
    private final EmbeddedChannel coalescer = channel(new GroCoalescer());

    private final FrameLayout layout = new FrameLayout();
    private final IpLayout ip = new IpLayout();
    private final WirePacket first = new WirePacket();
    private final WirePacket second = new WirePacket();
    private final GroupHeader header = new GroupHeader(false);

    /** What the stand-alone fuzzer calls: the first byte chooses the target. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        if (shared == null) {
            shared = new CodecFuzz();
        }
        switch (data.consumeInt(0, 2)) {
            case 0 -> shared.headers(data.consumeRemainingAsBytes());
            case 1 -> shared.splitter(data.consumeRemainingAsBytes());
            default -> shared.coalescer(data);
        }
    }

    private static byte[][] stream(PacketSpec first) {
        byte[][] packets = new byte[MAX_PACKETS][];
        PacketSpec spec = first;
        for (int i = 0; i < MAX_PACKETS; i++, spec = spec.next()) {
            packets[i] = spec.bytes();
        }
        return packets;
    }

    private static EmbeddedChannel channel(ChannelHandler handler) {
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        channel.config().setOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT);
        return channel;
    }

    void headers(byte[] bytes) {
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        IpLayout layout = new IpLayout();
        if (layout.parse(buf, 0, bytes.length) && layout.transportOffset() > bytes.length) {
            throw new AssertionError("transport header behind the end: " + layout.transportOffset());
        }
        checksums(buf, bytes.length);
        WirePacket packet = new WirePacket();
        packet.parse(buf, 0, bytes.length, false);
        if (packet.isMergeable() && (packet.payloadBytes() < 1 || packet.payloadBytes() >= bytes.length)) {
            throw new AssertionError("mergeable with a payload of " + packet.payloadBytes());
        }
        if (packet.flow() == WirePacket.Flow.KNOWN) {
            packet.flowHash();
        }
    }

    /** The two ways to sum a packet agree, and neither reads outside it. */
    private void checksums(ByteBuf buf, int bytes) {
        if (!ip.parse(buf, 0, bytes) || ip.isLaterFragment()) {
            return;
        }
        int sum = Checksum.transport(buf, 0, bytes, ip);
        if (sum != Checksum.transport(buf, 0, bytes, ip.transportOffset(), ip.protocol())) {
            throw new AssertionError("checksums differ");
        }
    }

    /** The segments of a sound frame are valid, those apart whose final destination only the sender knows. */
    private void validChecksums(List<byte[]> segments) {
        for (byte[] segment : segments) {
            ByteBuf buf = Unpooled.wrappedBuffer(segment);
            if (!ip.parse(buf, 0, segment.length) || !ip.isWithin(segment.length)) {
                throw new AssertionError("no IP packet: " + Arrays.toString(segment));
            }
            if (Checksum.addresses(buf, 0, ip) != Checksum.UNKNOWN
                    && Checksum.transport(buf, 0, segment.length, ip) != Checksum.VALID) {
                throw new AssertionError("wrong checksum: " + Arrays.toString(segment));
            }
        }
    }

    void splitter(byte[] frame) {
        // A frame of one byte a segment is 50 times as long when split: bounded, and few of them, to keep the runs
        // many.
        byte[] bounded = Arrays.copyOf(frame, Math.min(frame.length, 1_000));
        if (hasManySegments(bounded) && Arrays.hashCode(bounded) % 8 != 0) {
            return;
        }
        packets.writeInbound(Packets.direct(bounded));
        List<byte[]> expected = readPackets(packets);
        batches.writeInbound(Packets.direct(bounded));
        PacketBatchOrPacket message = new PacketBatchOrPacket(batches.readInbound());
        assertSame("batch", expected, message.packets());
        if (message.message != null) {
            coalescer.write(message.message);
            coalescer.flush();
            assertSame("merged and split again", expected, splitOutbound());
        }
        if (layout.parse(Unpooled.wrappedBuffer(bounded)) == null && layout.isGso()) {
            validChecksums(expected);
            stream(bounded);
        }
    }

    private boolean hasManySegments(byte[] frame) {
        return layout.parse(Unpooled.wrappedBuffer(frame)) == null
                && layout.isGso()
                && layout.segments() > MANY_SEGMENTS;
    }

    /** The frame and the one that goes on where it ends, merged as segments, are the same packets again. */
    private void stream(byte[] frame) {
        byte[] next = next(frame);
        List<byte[]> expected = new ArrayList<>();
        for (byte[] each : List.of(frame, next)) {
            packets.writeInbound(Packets.direct(each));
            expected.addAll(readPackets(packets));
            batches.writeInbound(Packets.direct(each));
            coalescer.write(batches.<Object>readInbound());
        }
        coalescer.flush();
        assertSame("two frames, merged and split again", expected, splitOutbound());
    }

    private byte[] next(byte[] frame) {
        ByteBuf buf = Unpooled.copiedBuffer(frame);
        int ip = layout.packetIndex();
        int sequence = ip + layout.transportOffset() + TransportHeader.TCP_SEQUENCE_OFFSET;
        if (layout.protocol() == IpHeader.PROTOCOL_TCP) {
            buf.setInt(sequence, buf.getInt(sequence) + layout.packetBytes() - layout.headerBytes());
        }
        if (frame[ip] >> 4 == 4) {
            buf.setShort(ip + IpHeader.V4_ID_OFFSET, IpHeader.v4Id(buf, ip) + layout.segments());
        }
        return Packets.take(buf);
    }

    void coalescer(FuzzedDataProvider data) {
        List<byte[]> written = new ArrayList<>();
        int[] next = new int[STREAMS.length];
        while (data.remainingBytes() > 0 && written.size() < MAX_PACKETS) {
            int flow = data.consumeInt(0, STREAMS.length - 1);
            byte[] packet = STREAMS[flow][next[flow]++].clone();
            mutate(packet, data);
            written.add(packet);
            coalescer.write(Packets.direct(packet));
        }
        coalescer.flush();
        assertSameInEachFlow(written, splitOutbound());
    }

    private static void mutate(byte[] packet, FuzzedDataProvider data) {
        for (int changes = data.consumeInt(0, 3); changes > 0; changes--) {
            packet[data.consumeInt(0, packet.length - 1)] = data.consumeByte();
        }
    }

    private List<byte[]> splitOutbound() {
        List<byte[]> all = new ArrayList<>();
        for (GatheredPacket out = coalescer.readOutbound(); out != null; out = coalescer.readOutbound()) {
            boolean single = out.parts() == 1;
            ByteBuf frame = Packets.direct(Frame.take(out).bytes());
            if (single) {
                all.add(Packets.take(frame.skipBytes(10)));
                continue;
            }
            packets.writeInbound(frame);
            all.addAll(readPackets(packets));
        }
        return all;
    }

    private static List<byte[]> readPackets(EmbeddedChannel channel) {
        List<byte[]> all = new ArrayList<>();
        for (ByteBuf packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
            all.add(Packets.take(packet));
        }
        return all;
    }

    private static void assertSame(String what, List<byte[]> expected, List<byte[]> actual) {
        if (!Arrays.deepEquals(expected.toArray(), actual.toArray())) {
            throw new AssertionError(what + ": " + expected.size() + " packets became " + actual.size());
        }
    }

    /** Every packet is there once, and two packets between the same addresses have kept their order. */
    private void assertSameInEachFlow(List<byte[]> written, List<byte[]> actual) {
        if (written.size() != actual.size()) {
            throw new AssertionError(written.size() + " packets became " + actual.size());
        }
        List<byte[]> left = new ArrayList<>(actual);
        for (byte[] packet : written) {
            int found = 0;
            while (found < left.size() && !Arrays.equals(left.get(found), packet)) {
                if (sameFlow(left.get(found), packet)) {
                    throw new AssertionError("order changed: " + Arrays.toString(packet));
                }
                found++;
            }
            if (found == left.size()) {
                throw new AssertionError("packet lost: " + Arrays.toString(packet));
            }
            left.remove(found);
        }
    }

    private boolean sameFlow(byte[] a, byte[] b) {
        first.parse(Unpooled.wrappedBuffer(a), 0, a.length, false);
        second.parse(Unpooled.wrappedBuffer(b), 0, b.length, false);
        if (first.flow() != WirePacket.Flow.KNOWN || second.flow() != WirePacket.Flow.KNOWN) {
            return false;
        }
        header.clear();
        header.begin(first, Math.min(GroupHeader.MAX_BYTES, first.transportOffset() + TransportHeader.UDP_BYTES));
        return header.isSameFlow(second);
    }

    /** What the splitter in batch mode fires: a batch, a packet, or nothing. */
    private static final class PacketBatchOrPacket {
        private final Object message;

        PacketBatchOrPacket(Object message) {
            this.message = message;
        }

        List<byte[]> packets() {
            List<byte[]> all = new ArrayList<>();
            if (message instanceof PacketBatch batch) {
                for (int i = 0; i < batch.size(); i++) {
                    all.add(Packets.take(batch.retainedPacket(i)));
                }
            } else if (message instanceof ByteBuf packet) {
                all.add(Packets.take(packet.retain()));
            }
            return all;
        }
    }
}
