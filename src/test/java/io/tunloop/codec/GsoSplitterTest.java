// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.CWR;
import static io.tunloop.packet.TransportHeader.ECE;
import static io.tunloop.packet.TransportHeader.FIN;
import static io.tunloop.packet.TransportHeader.PSH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.packet.PacketBatch;
import io.tunloop.packet.VirtioNetHeader;
import io.tunloop.testing.BoundedAllocator;
import io.tunloop.testing.Codec;
import io.tunloop.testing.Frame;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.PlainChecksum;
import io.tunloop.testing.RoomyChannel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GsoSplitterTest {
    @ParameterizedTest
    @EnumSource
    void shouldSplitAsTheKernelDoesCase60(GsoSplitter.Output output) {
        PacketSpec whole =
                Packets.tcp4(CWR | PSH | FIN | ACK, 2_560, -1_500).id(0xfffe).timestamp(9);
        List<byte[]> expected = List.of(
                whole.copy().payload(1_000).flags(CWR | ACK).bytes(),
                whole.copy().payload(1_000).flags(ACK).sequence(-500).id(0xffff).bytes(),
                whole.copy()
                        .payload(560)
                        .flags(PSH | FIN | ACK)
                        .sequence(500)
                        .id(0)
                        .bytes());
        assertThat(Codec.split(frame(whole, 1_000), output)).containsExactlyElementsOf(expected);
    }

    @Test
    void shouldCopyEceAndTheRestToEverySegmentCase61() {
        PacketSpec whole = Packets.tcp4(ECE | ACK, 200, 1)
                .fragment(0)
                .tos(3)
                .ttl(7)
                .window(77)
                .reserved(1)
                .ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0);
        assertThat(Codec.split(frame(whole, 100)))
                .containsExactly(
                        whole.copy().payload(100).bytes(),
                        whole.copy().payload(100).sequence(101).id(1).bytes());
    }

    @ParameterizedTest
    @EnumSource
    void shouldSplitIpv6WithExtensionHeaderCase62(GsoSplitter.Output output) {
        PacketSpec whole = Packets.tcp6(ACK | PSH, 2_500, 1).extension(60, 0);
        List<byte[]> packets = Codec.split(frame(whole, 1_000), output);
        assertThat(packets)
                .extracting(packet -> packet[4] << 8 | packet[5] & 0xff)
                .containsExactly(1028, 1028, 528);
        assertThat(packets)
                .containsExactly(
                        whole.copy().payload(1_000).flags(ACK).bytes(),
                        whole.copy().payload(1_000).flags(ACK).sequence(1_001).bytes(),
                        whole.copy().payload(500).sequence(2_001).bytes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldStoreAllOnesForUdpChecksumThatIsZeroCase63(boolean gso) {
        PacketSpec whole = Packets.udp4(200);
        byte[] frame = frame(whole, gso ? 100 : 0);
        int covered = gso ? 100 : 200;
        // Make the checksum of the first datagram 0: add its complement to the payload's first word.
        byte[] before = Codec.split(frame).get(0);
        int checksum = (before[26] & 0xff) << 8 | before[27] & 0xff;
        int word = (frame[38] & 0xff) << 8 | frame[39] & 0xff;
        int sum = word + checksum;
        sum = (sum >> 16) + (sum & 0xffff);
        frame[38] = (byte) (sum >> 8);
        frame[39] = (byte) sum;
        byte[] packet = Codec.split(frame).get(0);
        assertThat(packet).hasSize(28 + covered);
        assertThat(Arrays.copyOfRange(packet, 26, 28)).containsOnly(0xff);
    }

    private static Map<String, PacketSpec> routedFrames() {
        PacketSpec tcp = Packets.tcp6(ACK, 2_500, 1);
        return Map.of(
                "type 0", tcp.copy().routing(0, 1, "fd00:9::9", "fd00:7::7", "fd00:9::9"),
                "type 4", tcp.copy().routing(4, 1, "fd00:9::9", "fd00:9::9", "fd00:7::7"),
                "type 4 at its end", tcp.copy().routing(4, 0, null, "fd00:2::1", "fd00:7::7"),
                "a type that only the sender knows", tcp.copy().routing(77, 1, "fd00:9::9", "fd00:7::7"),
                "UDP", Packets.udp6(2_500).routing(2, 1, "fd00:9::9", "fd00:9::9"),
                "IPv4", Packets.tcp4(ACK, 2_500, 1).sourceRoute(131, 4, "10.9.9.9", "10.7.7.7", "10.9.9.9"));
    }

    private static Set<String> routes() {
        return routedFrames().keySet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("routes")
    void shouldSumTheFinalDestinationOfARoutedFrame(String route) {
        PacketSpec whole = routedFrames().get(route);
        PacketSpec second = whole.copy().sequence(1_001).id(whole.id() + 1);
        List<byte[]> packets = Codec.split(frame(whole, 1_000));

        assertThat(packets).hasSize(3);
        int checksum = whole.transportOffset() + (whole.protocol() == 6 ? 16 : 6);
        assertThat(packets.get(1)).hasSameSizeAs(packets.get(0));
        if (whole.protocol() == 6) {
            assertThat(packets.get(0)).isEqualTo(whole.copy().payload(1_000).bytes());
            assertThat(packets.get(1)).isEqualTo(second.payload(1_000).bytes());
        }
        for (byte[] packet : packets) {
            ByteBuf buf = Unpooled.wrappedBuffer(packet);
            int bytes = packet.length - whole.transportOffset();
            long pseudo = whole.pseudo(bytes);
            assertThat(PlainChecksum.fold(pseudo + PlainChecksum.sum(packet, whole.transportOffset(), bytes)))
                    .as("checksum %04x", buf.getUnsignedShort(checksum))
                    .isEqualTo(0xffff);
        }
        List<Frame> merged = Codec.splitAndMerge(List.of(frame(whole, 1_000)));
        assertThat(Codec.splitAll(merged)).containsExactlyElementsOf(packets);
    }

    @Test
    void shouldSplitUdpWithLengthAndChecksumOfItsOwnCase64() {
        PacketSpec whole = Packets.udp6(250);
        List<byte[]> packets = Codec.split(frame(whole, 100));
        assertThat(packets).extracting(packet -> packet.length).containsExactly(148, 148, 98);
        assertThat(packets)
                .extracting(packet -> packet[44] << 8 | packet[45] & 0xff)
                .containsExactly(108, 108, 58);
        assertThat(packets)
                .allSatisfy(packet ->
                        assertThat(PlainChecksum.transport(packet, 40, 17)).isEqualTo(0xffff));
    }

    @Test
    void shouldNotTrustHdrLenCase65() {
        PacketSpec whole = Packets.tcp4(ACK, 2_000, 1).timestamp(1);
        for (int hdrLen : new int[] {0, 52, 2_052, 65_535}) {
            ByteBuf frame = whole.frame(1_000);
            frame.setShortLE(VirtioNetHeader.HDR_LEN_OFFSET, hdrLen);
            List<byte[]> packets = Codec.split(Packets.take(frame));
            assertThat(packets)
                    .containsExactly(
                            whole.copy().payload(1_000).bytes(),
                            whole.copy().payload(1_000).sequence(1_001).id(1).bytes());
        }
    }

    @Test
    void shouldMaskTheEcnBitCase66() {
        PacketSpec whole = Packets.tcp4(ACK | CWR, 200, 1);
        byte[] frame = frame(whole, 100);
        frame[VirtioNetHeader.GSO_TYPE_OFFSET] |= (byte) 0x80;
        assertThat(Codec.split(frame)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99, 100, 101, 1_000})
    void shouldLeaveTheRemainderToTheLastSegment(int payloadBytes) {
        PacketSpec whole = Packets.tcp4(ACK | PSH, payloadBytes, 1);
        List<byte[]> packets = Codec.split(frame(whole, 100));
        int last = (payloadBytes - 1) % 100 + 1;
        assertThat(packets).hasSize((payloadBytes + 99) / 100);
        assertThat(packets.get(packets.size() - 1))
                .isEqualTo(whole.copy()
                        .payload(last)
                        .sequence(1 + payloadBytes - last)
                        .id(packets.size() - 1)
                        .bytes());
    }

    @ParameterizedTest
    @EnumSource
    void shouldStreamThreeThousandSegments(GsoSplitter.Output output) {
        PacketSpec whole = Packets.tcp4(ACK, 3_000, 1);
        List<byte[]> packets = Codec.split(frame(whole, 1), output);
        assertThat(packets).hasSize(3_000);
        assertThat(packets.get(2_999))
                .isEqualTo(whole.copy().payload(1).sequence(3_000).id(2_999).bytes());
    }

    @Test
    void shouldSplitMergeAndSplitToTheSameBytesCase83() {
        List<PacketSpec> wholes = List.of(
                Packets.tcp4(CWR | PSH | FIN | ACK, 2_560, 1).id(0xfffe),
                Packets.tcp4(ACK, 65_483, 1).timestamp(4),
                Packets.tcp6(ACK | PSH, 5_000, 1).extension(60, 0),
                Packets.tcp6(ACK, 5_000, -9).flowLabel(5),
                Packets.udp4(6_100),
                Packets.udp6(1_001));
        for (PacketSpec whole : wholes) {
            byte[] frame = frame(whole, 1_000);
            List<byte[]> first = Codec.split(frame);
            assertThat(Codec.splitAll(Codec.merge(first))).containsExactlyElementsOf(first);
            List<Frame> merged = Codec.splitAndMerge(List.of(frame));
            assertThat(Codec.splitAll(merged)).containsExactlyElementsOf(first);
        }
    }

    @Test
    void shouldCompleteThePartialChecksumOfASinglePacket() {
        for (PacketSpec spec :
                List.of(Packets.tcp4(ACK, 0, 1), Packets.tcp6(ACK, 33, 1), Packets.udp4(100), Packets.udp6(0))) {
            assertThat(Codec.split(frame(spec, 0))).containsExactly(spec.bytes());
        }
    }

    /** As a coalescer looks for it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveZerosBeforeASinglePacket(boolean partialChecksum) {
        PacketSpec spec = Packets.udp4(100);
        ByteBuf frame = partialChecksum ? Packets.direct(frame(spec, 0)) : spec.plainFrame();
        frame.setByte(frame.readerIndex(), frame.getByte(frame.readerIndex()) | VirtioNetHeader.DATA_VALID);
        int start = frame.readerIndex();
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter());
        channel.writeInbound(frame);
        ByteBuf packet = channel.readInbound();
        assertThat(packet.readerIndex()).isEqualTo(start + VirtioNetHeader.BYTES);
        assertThat(VirtioNetHeader.isClear(packet, start)).isTrue();
        packet.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldPassACompletePacketUnchanged() {
        byte[] rubbish = {9, 9, 9};
        assertThat(Codec.split(Packets.take(
                        Packets.tcp4(ACK, 7, 1).badTransportChecksum().plainFrame())))
                .containsExactly(Packets.tcp4(ACK, 7, 1).badTransportChecksum().bytes());
        assertThat(Codec.split(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9}))
                .containsExactly(rubbish);
    }

    /** What is wrong, and the frame. */
    private static Map<String, byte[]> unsoundFrames() {
        PacketSpec tcp = Packets.tcp4(ACK, 2_000, 1);
        PacketSpec udp = Packets.udp4(2_000);
        byte[] shortTcp = Arrays.copyOf(frame(tcp, 1_000), 10 + 39);
        return Map.ofEntries(
                Map.entry("case 67: gso_size 0", set16(frame(tcp, 1_000), 4, 0)),
                Map.entry("68: nothing at all", new byte[0]),
                Map.entry("68: a virtio header alone", new byte[10]),
                Map.entry("69: csum_start behind the end", set16(frame(tcp, 1_000), 6, 65_000)),
                Map.entry("69: csum_offset behind the end", set16(frame(tcp, 1_000), 8, 65_000)),
                Map.entry("69: the checksum's second byte behind the end", set16(frame(udp, 0), 8, 2_007)),
                Map.entry("69: csum_start of a single packet", set16(frame(tcp, 0), 6, 2_030)),
                Map.entry("70: csum_start is not where TCP begins", set16(frame(tcp, 1_000), 6, 24)),
                Map.entry("71: data offset below 20", set8(frame(tcp, 1_000), 10 + 20 + 12, 0x40)),
                Map.entry("72: data offset past the end", set8(frame(tcp.copy().payload(10), 5), 10 + 20 + 12, 0xf0)),
                Map.entry("73: TCP header cut short", shortTcp),
                Map.entry("74: TCPV4 type on IPv6", set8(frame(Packets.tcp6(ACK, 2_000, 1), 1_000), 1, 1)),
                Map.entry("75: TCPV6 type on IPv4", set8(frame(tcp, 1_000), 1, 4)),
                Map.entry("76: UDP type on TCP", set8(frame(tcp, 1_000), 1, 5)),
                Map.entry("77: TCP type on UDP", set8(frame(udp, 1_000), 1, 1)),
                Map.entry("78: unknown type", set8(frame(tcp, 1_000), 1, 7)),
                Map.entry("79: UFO", set8(frame(udp, 1_000), 1, 3)),
                Map.entry("80: no IP version", set8(frame(tcp, 1_000), 10, 0x75)),
                Map.entry("81: IHL past the end", Arrays.copyOf(set8(frame(tcp, 1_000), 10, 0x4f), 10 + 40)),
                Map.entry(
                        "authentication header",
                        frame(Packets.tcp6(ACK, 2_000, 1).authenticationHeader(), 1_000)),
                Map.entry(
                        "82: extension header past the end",
                        set8(frame(Packets.tcp6(ACK, 2_000, 1).extension(60, 0), 1_000), 10 + 41, 0xff)),
                Map.entry(
                        "84: a gigabyte of headers",
                        frame(Packets.tcp6(ACK, 33_000, 1).extensionChain(15, 2_048), 1)),
                Map.entry(
                        "85: more than 8 MiB of headers",
                        frame(Packets.tcp6(ACK, 8_192, 1).extensionChain(121, 8), 1)),
                Map.entry("86: segments longer than an IP packet", frame(Packets.tcp6(ACK, 65_530, 1), 65_530)),
                Map.entry(
                        "87: a routing header of unknown type, without a checksum to go on from",
                        set8(frame(Packets.tcp6(ACK, 2_000, 1).routing(77, 1, null, "fd00::1"), 1_000), 0, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsoundNames")
    void shouldDropAndCountWhatIsNotSound(String name) {
        GsoSplitter splitter = new GsoSplitter();
        EmbeddedChannel channel = new EmbeddedChannel(splitter);
        ByteBuf frame = Packets.direct(unsoundFrames().get(name));
        assertThat(channel.writeInbound(frame)).isFalse();
        assertThat(frame.refCnt()).isZero();
        assertThat(splitter.dropped()).isEqualTo(1);

        channel.writeInbound(Packets.udp4(5).frame(0));
        assertThat(Packets.take(channel.readInbound()))
                .isEqualTo(Packets.udp4(5).bytes());
        assertThat(splitter.packets()).isEqualTo(1);
        assertThat(channel.finish()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotAllocateForWhatItRefuses(GsoSplitter.Output output) {
        BoundedAllocator allocator = new BoundedAllocator(0);
        GsoSplitter splitter = new GsoSplitter(output);
        EmbeddedChannel channel = channel(splitter, allocator);
        for (int i = 0; i < 3; i++) {
            channel.writeInbound(
                    Packets.tcp6(ACK, 33_000, 1).extensionChain(15, 2_048).frame(1));
        }
        assertThat(splitter.dropped()).isEqualTo(3);
        assertThat(splitter.packets()).isZero();
        channel.checkException();
        assertThat(channel.finish()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void shouldMakeSomePacketsOfALargeFrameAtATime(GsoSplitter.Output output) {
        PacketSpec whole = Packets.tcp6(ACK, 8_000, 1).extensionChain(1, 960);
        BoundedAllocator allocator = new BoundedAllocator(128 * 1024);
        EmbeddedChannel channel = channel(new GsoSplitter(output), allocator);
        List<byte[]> packets = new ArrayList<>();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                Codec.take(message, packets);
            }
        });
        channel.writeInbound(whole.frame(1));

        assertThat(packets).hasSize(8_000);
        PacketSpec expected = whole.copy().payload(1);
        for (byte[] packet : packets) {
            assertThat(packet).isEqualTo(expected.bytes());
            expected = expected.next();
        }
        assertThat(allocator.usedBytes()).isZero();
        channel.checkException();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldCountAFrameForWhosePacketsThereIsNoMemory() {
        BoundedAllocator allocator = new BoundedAllocator(10);
        GsoSplitter splitter = new GsoSplitter();
        EmbeddedChannel channel = channel(splitter, allocator);
        ByteBuf direct = Packets.tcp4(ACK, 2_000, 1).frame(1_000);
        ByteBuf heap = Unpooled.copiedBuffer(direct);
        channel.writeInbound(direct);
        channel.writeInbound(heap);

        assertThat(direct.refCnt() + heap.refCnt()).isZero();
        assertThat(splitter.dropped()).isEqualTo(2);
        channel.checkException();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldCompleteTheChecksumOfAReadOnlyFrameInACopy() {
        PacketSpec packet = Packets.udp4(100);
        ByteBuf frame = packet.frame(0);
        byte[] before = ByteBufUtil.getBytes(frame);
        GsoSplitter splitter = new GsoSplitter();
        EmbeddedChannel channel = new EmbeddedChannel(splitter);
        channel.writeInbound(frame.asReadOnly().retain());

        assertThat(Packets.take(channel.readInbound())).isEqualTo(packet.bytes());
        assertThat(splitter.packets()).isEqualTo(1);
        assertThat(frame.refCnt()).isEqualTo(1);
        assertThat(Packets.take(frame)).isEqualTo(before);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldDropAndCountAReadOnlyFrameForWhoseCopyThereIsNoMemory() {
        GsoSplitter splitter = new GsoSplitter();
        EmbeddedChannel channel = channel(splitter, new BoundedAllocator(10));
        ByteBuf frame = Packets.udp4(100).frame(0);
        channel.writeInbound(frame.asReadOnly());

        assertThat(frame.refCnt()).isZero();
        assertThat(splitter.dropped()).isEqualTo(1);
        assertThat(splitter.packets()).isZero();
        channel.checkException();
        assertThat(channel.finish()).isFalse();
    }

    private static EmbeddedChannel channel(GsoSplitter splitter, BoundedAllocator allocator) {
        EmbeddedChannel channel = new EmbeddedChannel(splitter);
        channel.config().setAllocator(allocator);
        return channel;
    }

    private static List<String> unsoundNames() {
        return unsoundFrames().keySet().stream().sorted().toList();
    }

    @Test
    void shouldSplitFramesInHeapBuffersAndComposites() {
        PacketSpec whole = Packets.tcp4(ACK, 2_000, 1);
        byte[] frame = frame(whole, 1_000);
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter());
        channel.writeInbound(Unpooled.copiedBuffer(frame));
        channel.writeInbound(Unpooled.wrappedBuffer(
                Packets.direct(Arrays.copyOf(frame, 11)), Packets.direct(Arrays.copyOfRange(frame, 11, frame.length))));
        channel.writeInbound(
                Unpooled.directBuffer().writeZero(3).writeBytes(frame).skipBytes(3));
        List<byte[]> packets = new ArrayList<>();
        for (ByteBuf packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
            packets.add(Packets.take(packet));
        }
        List<byte[]> once = Codec.split(frame);
        assertThat(packets)
                .containsExactly(once.get(0), once.get(1), once.get(0), once.get(1), once.get(0), once.get(1));
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldKeepPacketsOfABatchAliveAfterIt() {
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        ByteBuf frame = Packets.tcp4(ACK, 2_500, 1).frame(1_000);
        channel.writeInbound(frame);
        PacketBatch batch = channel.readInbound();
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.readableBytes()).isEqualTo(2_620);
        assertThat(batch.packet(2).readableBytes()).isEqualTo(540);
        ByteBuf kept = batch.retainedPacket(2);
        assertThat(batch.release()).isTrue();
        assertThat(frame.refCnt()).isZero();
        assertThat(Packets.take(kept))
                .isEqualTo(Packets.tcp4(ACK, 500, 2_001).id(2).bytes());
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldUseBatchesAgain() {
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        channel.writeInbound(Packets.tcp4(ACK, 2_500, 1).frame(1_000));
        PacketBatch first = channel.readInbound();
        first.release();
        channel.writeInbound(Packets.udp6(200).frame(100));
        PacketBatch second = channel.readInbound();
        assertThat(second).isSameAs(first);
        assertThat(second.size()).isEqualTo(2);
        assertThat(second.release()).isTrue();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldPassOtherMessages() {
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter());
        channel.writeInbound("mark");
        assertThat(channel.<Object>readInbound()).isEqualTo("mark");
        assertThat(channel.finish()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveRoomAroundEachPacketThatIsNoOthers(GsoSplitter.Output output) {
        PacketSpec whole = Packets.tcp4(ACK, 50_000, 1);
        List<byte[]> expected = Codec.split(frame(whole, 1_000));
        EmbeddedChannel channel = new RoomyChannel(32, 16).with(new GsoSplitter(output));

        channel.writeInbound(whole.frame(1_000));

        List<ByteBuf> packets = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            takeAll(message, packets);
        }
        for (ByteBuf packet : packets) {
            assertThat(packet.readerIndex()).isEqualTo(32);
            assertThat(packet.writableBytes()).isEqualTo(16);
            assertThat(packet.maxCapacity()).isEqualTo(packet.capacity());
            packet.setZero(0, 32).setZero(packet.writerIndex(), 16);
        }
        assertThat(packets).extracting(Packets::take).containsExactlyElementsOf(expected);
        assertThat(channel.finish()).isFalse();
    }

    private static void takeAll(Object message, List<ByteBuf> packets) {
        if (message instanceof PacketBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                packets.add(batch.retainedPacket(i));
            }
            batch.release();
        } else {
            packets.add((ByteBuf) message);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1000", "4, 0, 1000", "20, 8, 1000", "20, 8, 100", "20, 8, 60000"})
    void shouldLayPacketsOneBehindTheOther(int headroom, int tailroom, int gsoSize) {
        PacketSpec whole = Packets.tcp4(ACK, 50_500, 1);
        List<byte[]> expected = Codec.split(frame(whole, gsoSize));
        EmbeddedChannel channel =
                new RoomyChannel(headroom, tailroom).with(new GsoSplitter(GsoSplitter.Output.BATCHES));
        channel.writeInbound(whole.frame(gsoSize));
        PacketBatch batch = channel.readInbound();
        int stride = batch.strideBytes();
        assertThat(stride).isEqualTo(headroom + batch.packetBytes(0) + tailroom);
        int most = Math.max(1, 65_507 / stride);
        for (int from = 0; from < batch.size(); from += most) {
            int count = Math.min(most, batch.size() - from);
            ByteBuf packets = batch.retainedPackets(from, count);
            int last = headroom + batch.packetBytes(from + count - 1) + tailroom;
            assertThat(packets.readableBytes()).isEqualTo((count - 1) * stride + last);
            for (int i = 0; i < count; i++) {
                byte[] packet = new byte[batch.packetBytes(from + i)];
                packets.getBytes(i * stride + headroom, packet);
                assertThat(packet).isEqualTo(expected.get(from + i));
            }
            packets.release();
        }
        assertThatThrownBy(() -> batch.retainedPackets(0, 2000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count must be 1..");
        batch.release();
        assertThat(channel.finish()).isFalse();
    }

    private static byte[] frame(PacketSpec spec, int gsoSize) {
        return Packets.take(spec.frame(gsoSize));
    }

    /** Sets a virtio field, which is in the host's order. */
    private static byte[] set16(byte[] frame, int index, int value) {
        ByteBuffer.wrap(frame).order(ByteOrder.nativeOrder()).putShort(index, (short) value);
        return frame;
    }

    private static byte[] set8(byte[] frame, int index, int value) {
        frame[index] = (byte) value;
        return frame;
    }
}
