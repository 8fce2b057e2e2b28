// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.FIN;
import static io.tunloop.packet.TransportHeader.PSH;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.VirtioNetHeader;
import io.tunloop.testing.BoundedAllocator;
import io.tunloop.testing.Codec;
import io.tunloop.testing.Frame;
import io.tunloop.testing.OffloadCase;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.PlainChecksum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroCoalescerTest {
    private static final int DF = 0x4000;

    private static List<OffloadCase> cases() {
        return OffloadCase.merging();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void shouldGroupAsTheRulesSay(OffloadCase offloadCase) {
        List<byte[]> packets = bytes(offloadCase.packets());
        List<Frame> frames = Codec.merge(packets);

        List<String> groups = new ArrayList<>();
        for (Frame frame : frames) {
            groups.add(Codec.split(frame.bytes()).stream()
                    .map(segment -> take(packets, segment))
                    .collect(Collectors.joining("+")));
        }
        assertThat(String.join(" ", groups)).isEqualTo(offloadCase.groups());
    }

    /** The number of the packet, which then counts as seen. */
    private static String take(List<byte[]> packets, byte[] segment) {
        for (int i = 0; i < packets.size(); i++) {
            if (Arrays.equals(packets.get(i), segment)) {
                packets.set(i, null);
                return Integer.toString(i);
            }
        }
        return "bytes that were never written";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void shouldPutAnAllZeroHeaderBeforeWhatStaysAlone(OffloadCase offloadCase) {
        List<byte[]> packets = bytes(offloadCase.packets());
        for (Frame frame : Codec.merge(packets)) {
            if (Codec.split(frame.bytes()).size() == 1) {
                assertThat(frame.virtioHeader()).containsOnly(0);
                assertThat(packets).anyMatch(packet -> Arrays.equals(packet, frame.packet()));
            } else {
                assertThat(frame.gsoType()).isNotZero();
            }
        }
    }

    /** One span is one write(2), or a place in a ring; it costs nobody a copy either. */
    @Test
    void shouldWriteWhatStaysAloneAsItLiesInMemoryBehindAHeaderOfZeros() {
        ByteBuf frame = Packets.tcp4(ACK, 100, 1).plainFrame();
        long address = frame.memoryAddress() + frame.readerIndex();
        GatheredPacket alone = mergeAlone(frame.skipBytes(VirtioNetHeader.BYTES));
        assertThat(alone.spans()).isEqualTo(1);
        assertThat(alone.address(0)).isEqualTo(address);
        assertThat(alone.length(0)).isEqualTo(VirtioNetHeader.BYTES + 140);
        assertThat(alone.readableBytes()).isEqualTo(VirtioNetHeader.BYTES + 140);
        alone.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9})
    void shouldPutAHeaderOfItsOwnBeforeWhatStaysAloneBehindAnythingElse(int index) {
        ByteBuf frame = Packets.tcp4(ACK, 100, 1).plainFrame();
        frame.setByte(frame.readerIndex() + index, 2);
        GatheredPacket alone = mergeAlone(frame.skipBytes(VirtioNetHeader.BYTES));
        assertThat(alone.spans()).isEqualTo(2);
        Frame written = Frame.take(alone);
        assertThat(written.virtioHeader()).containsOnly(0);
        assertThat(written.packet()).isEqualTo(Packets.tcp4(ACK, 100, 1).bytes());
    }

    private static GatheredPacket mergeAlone(ByteBuf packet) {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.writeOutbound(packet);
        GatheredPacket alone = channel.readOutbound();
        assertThat(channel.finish()).isFalse();
        return alone;
    }

    @Test
    void shouldWriteTheHeaderOfMergedTcp() {
        PacketSpec first = Packets.tcp4(ACK, 100, 1).timestamp(3).id(7);
        List<Frame> frames =
                Codec.merge(bytes(List.of(first, first.next().flags(ACK | PSH).payload(60))));

        assertThat(frames).hasSize(1);
        Frame frame = frames.get(0);
        assertThat(frame.virtioHeader()[0]).isEqualTo((byte) 1);
        assertThat(frame.gsoType()).isEqualTo(1);
        assertThat(frame.hdrLen()).isEqualTo(52);
        assertThat(frame.gsoSize()).isEqualTo(100);
        assertThat(frame.csumStart()).isEqualTo(20);
        assertThat(frame.csumOffset()).isEqualTo(16);
        // The packet is the first one, longer, with PSH and a checksum over the pseudo header only.
        byte[] expected = Packets.take(
                first.copy().payload(160).flags(ACK | PSH).frame(100).skipBytes(10));
        assertThat(frame.packet()).isEqualTo(expected);
    }

    @Test
    void shouldWriteTheHeaderOfMergedUdp() {
        PacketSpec first = Packets.udp6(100);
        Frame frame = Codec.merge(bytes(List.of(first, first.next()))).get(0);
        assertThat(frame.gsoType()).isEqualTo(5);
        assertThat(frame.hdrLen()).isEqualTo(48);
        assertThat(frame.gsoSize()).isEqualTo(100);
        assertThat(frame.csumStart()).isEqualTo(40);
        assertThat(frame.csumOffset()).isEqualTo(6);
        int pseudo = PlainChecksum.fold(PlainChecksum.pseudo(frame.packet(), 17, 208));
        assertThat(Unpooled.wrappedBuffer(frame.packet()).getUnsignedShort(46)).isEqualTo(pseudo);
        assertThat(Unpooled.wrappedBuffer(frame.packet()).getUnsignedShort(44)).isEqualTo(208);
    }

    @Test
    void shouldMergeAcrossFramesOfOneBatch() {
        PacketSpec first = Packets.tcp4(ACK, 3_000, 1);
        PacketSpec second = first.next().id(first.id() + 3).payload(2_500);
        List<Frame> frames = Codec.splitAndMerge(List.of(frame(first, 1_000), frame(second, 1_000)));

        assertThat(frames).hasSize(1);
        assertThat(frames.get(0).gsoSize()).isEqualTo(1_000);
        assertThat(frames.get(0).packet())
                .isEqualTo(Packets.take(first.copy().payload(5_500).frame(1_000).skipBytes(10)));
    }

    @Test
    void shouldCompleteTheChecksumOfASegmentThatStaysAlone() {
        PacketSpec whole = Packets.tcp4(ACK | FIN, 2_500, 1).timestamp(8);
        List<Frame> frames = Codec.splitAndMerge(List.of(frame(whole, 1_000)));

        assertThat(frames).extracting(Frame::gsoSize).containsExactly(1_000, 0);
        assertThat(frames.get(1).virtioHeader()).containsOnly(0);
        PacketSpec last = whole.copy().sequence(2_001).id(2).payload(500);
        assertThat(frames.get(1).packet()).isEqualTo(last.bytes());
    }

    @Test
    void shouldJoinSegmentsWithPacketsFromOutside() {
        PacketSpec first = Packets.tcp6(ACK, 1_000, 1);
        PacketSpec second = first.next().payload(2_000);
        PacketSpec third = second.next().payload(10);
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(second.frame(1_000));
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.write(first.build());
        channel.write(splitter.<Object>readInbound());
        channel.write(third.build());
        channel.flush();

        Frame frame = Frame.take(channel.readOutbound());
        assertThat(frame.packet())
                .isEqualTo(Packets.take(first.copy().payload(3_010).frame(1_000).skipBytes(10)));
        assertThat(channel.finish()).isFalse();
        assertThat(splitter.finish()).isFalse();
    }

    @Test
    void shouldNotJoinSegmentsToABadPacketFromOutside() {
        PacketSpec first = Packets.tcp4(ACK, 1_000, 1).badTransportChecksum();
        PacketSpec second = Packets.tcp4(ACK, 2_000, 1_001).id(1);
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(second.frame(1_000));
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.write(first.build());
        channel.write(splitter.<Object>readInbound());
        channel.flush();

        assertThat(Frame.take(channel.readOutbound()).packet()).isEqualTo(first.bytes());
        assertThat(Frame.take(channel.readOutbound()).gsoSize()).isEqualTo(1_000);
        assertThat(channel.finish()).isFalse();
        assertThat(splitter.finish()).isFalse();
    }

    @Test
    void shouldJoinAdjacentSpans() {
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(Packets.tcp4(ACK, 60_000, 1).frame(1_000));
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.writeOutbound(splitter.<Object>readInbound());

        GatheredPacket packet = channel.readOutbound();
        assertThat(packet.spans()).isEqualTo(2);
        assertThat(packet.length(0)).isEqualTo(50);
        assertThat(packet.length(1)).isEqualTo(60_000);
        assertThat(packet.parts()).isEqualTo(60);
        packet.release();
        assertThat(channel.finish()).isFalse();
        assertThat(splitter.finish()).isFalse();
    }

    @Test
    void shouldNeverNeedMoreSpansThanTheKernelTakes() {
        List<byte[]> packets = new ArrayList<>();
        PacketSpec packet = Packets.tcp4(ACK, 1, 1);
        for (int i = 0; i < 3_000; i++, packet = packet.next()) {
            packets.add(packet.bytes());
        }
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        packets.forEach(bytes -> channel.write(Packets.direct(bytes)));
        channel.flush();
        List<Frame> frames = new ArrayList<>();
        for (GatheredPacket out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            assertThat(out.spans()).isLessThanOrEqualTo(1024);
            frames.add(Frame.take(out));
        }
        assertThat(frames).hasSize(3);
        assertThat(Codec.splitAll(frames)).containsExactlyElementsOf(packets);
        assertThat(channel.finish()).isFalse();
    }

    /** Writes three datagrams that merge, and two TCP packets, and returns what comes of them. */
    private static List<GatheredPacket> writeDatagramsAndTcp(EmbeddedChannel channel) {
        PacketSpec first = Packets.udp4(100);
        PacketSpec tcp = Packets.tcp4(ACK, 100, 1);
        for (PacketSpec spec : List.of(first, first.next(), first.next().next(), tcp, tcp.next())) {
            channel.write(spec.build());
        }
        channel.flush();
        List<GatheredPacket> written = new ArrayList<>();
        for (GatheredPacket out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            written.add(out);
        }
        return written;
    }

    private static List<Integer> parts(List<GatheredPacket> written) {
        List<Integer> parts = written.stream().map(GatheredPacket::parts).toList();
        written.forEach(GatheredPacket::release);
        return parts;
    }

    @Test
    void shouldOfferThePartsOfARefusedPacket() {
        GroCoalescer coalescer = new GroCoalescer();
        EmbeddedChannel channel = new EmbeddedChannel(coalescer);
        List<GatheredPacket> written = writeDatagramsAndTcp(channel);
        GatheredPacket refused = written.get(0);
        refused.refused();

        assertThat(refused.parts()).isEqualTo(3);
        PacketSpec expected = Packets.udp4(100);
        for (int i = 0; i < 3; i++, expected = expected.next()) {
            byte[] part = ByteBufUtil.getBytes(refused.part(i));
            assertThat(Arrays.copyOf(part, 10)).containsOnly(0);
            assertThat(Arrays.copyOfRange(part, 10, part.length)).isEqualTo(expected.bytes());
        }
        assertThat(coalescer.refusals()).isEqualTo(1);
        written.forEach(GatheredPacket::release);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldMergeAKindNoMoreOfWhichTheKernelHasOnlyRefused() {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        for (int i = 0; i < 3; i++) {
            List<GatheredPacket> written = writeDatagramsAndTcp(channel);
            written.get(0).refused();
            assertThat(parts(written)).containsExactly(3, 2);
        }
        assertThat(parts(writeDatagramsAndTcp(channel)))
                .as("UDP alone, TCP still merged")
                .containsExactly(1, 1, 1, 2);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldGoOnMergingAKindOfWhichTheKernelHasTakenOne() {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        List<GatheredPacket> first = writeDatagramsAndTcp(channel);
        first.get(0).written();
        assertThat(parts(first)).containsExactly(3, 2);
        for (int i = 0; i < 100; i++) {
            List<GatheredPacket> written = writeDatagramsAndTcp(channel);
            written.get(0).refused();
            assertThat(parts(written)).containsExactly(3, 2);
        }
        assertThat(channel.finish()).isFalse();
    }

    /** IDs of packets that follow one another, and what leaves together where fixed ones may merge. */
    private static Map<String, List<PacketSpec>> fixedIds() {
        return Map.of(
                "3", OffloadCase.ids(DF, 8, 8, 8),
                "1 1", OffloadCase.ids(0, 8, 8),
                "2 1", OffloadCase.ids(DF, 8, 9, 9),
                "2 2", OffloadCase.ids(DF, 8, 8, 9, 10),
                "3 1", OffloadCase.ids(DF, 0xffff, 0, 1, 1),
                "4", OffloadCase.ids(DF, 0, 0, 0, 0));
    }

    private static Set<String> fixedGroups() {
        return fixedIds().keySet();
    }

    @ParameterizedTest
    @MethodSource("fixedGroups")
    void shouldMergeFixedIdsWhereItMay(String groups) {
        List<PacketSpec> packets = fixedIds().get(groups);
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer(GroCoalescer.Ids.INCREASING_OR_FIXED));
        packets.forEach(packet -> channel.write(packet.build()));
        channel.flush();

        List<String> parts = new ArrayList<>();
        List<byte[]> split = new ArrayList<>();
        for (GatheredPacket out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            parts.add(Integer.toString(out.parts()));
            split.addAll(Codec.split(Frame.take(out).bytes()));
        }
        assertThat(String.join(" ", parts)).isEqualTo(groups);
        // All but the ID comes back, which counts up from the first of each group.
        List<byte[]> expected = new ArrayList<>();
        for (String group : groups.split(" ")) {
            int id = packets.get(expected.size()).id();
            for (int i = 0; i < Integer.parseInt(group); i++) {
                expected.add(packets.get(expected.size()).copy().id(id + i).bytes());
            }
        }
        assertThat(split).containsExactlyElementsOf(expected);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldNotMergeSegmentsIntoAGroupOfFixedIds() {
        PacketSpec first = Packets.tcp4(ACK, 100, 1).id(8);
        PacketSpec second = first.next().id(8).payload(300);
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(second.frame(100));
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer(GroCoalescer.Ids.INCREASING_OR_FIXED));
        channel.write(first.build());
        channel.write(splitter.<Object>readInbound());
        channel.flush();

        // IDs 8, 8, 9, 10.
        assertThat(channel.<GatheredPacket>readOutbound()).satisfies(group -> {
            assertThat(group.parts()).isEqualTo(2);
            group.release();
        });
        assertThat(channel.<GatheredPacket>readOutbound()).satisfies(group -> {
            assertThat(group.parts()).isEqualTo(2);
            group.release();
        });
        assertThat(channel.finish()).isFalse();
        assertThat(splitter.finish()).isFalse();
    }

    @Test
    void shouldOfferThePartsOfSegments() {
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        PacketSpec whole = Packets.tcp4(ACK, 2_500, 1);
        splitter.writeInbound(whole.frame(1_000));
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.writeOutbound(splitter.<Object>readInbound());

        GatheredPacket packet = channel.readOutbound();
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < packet.parts(); i++) {
            parts.add(ByteBufUtil.getBytes(packet.part(i).skipBytes(10)));
        }
        assertThat(parts).containsExactlyElementsOf(Codec.split(frame(whole, 1_000)));
        assertThat(packet.release()).isTrue();
        assertThat(channel.finish()).isFalse();
        assertThat(splitter.finish()).isFalse();
    }

    @Test
    void shouldCompleteEveryPromiseWithItsFrames() {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        PacketSpec first = Packets.tcp4(ACK, 100, 1);
        ChannelFuture one = channel.write(first.build());
        ChannelFuture two = channel.write(first.next().build());
        ChannelFuture other = channel.write(Packets.udp4(5).build());
        assertThat(one.isDone()).isFalse();
        channel.flush();

        assertThat(one.isSuccess()).isTrue();
        assertThat(two.isSuccess()).isTrue();
        assertThat(other.isSuccess()).isTrue();
        assertThat(channel.<GatheredPacket>readOutbound().release()).isTrue();
        assertThat(channel.<GatheredPacket>readOutbound().release()).isTrue();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldFailEveryPromiseOfAFrameThatIsNotWritten() {
        IOException cause = new IOException("no room");
        EmbeddedChannel channel = new EmbeddedChannel(new FailingWrites(cause), new GroCoalescer());
        PacketSpec first = Packets.tcp4(ACK, 100, 1);
        ChannelFuture one = channel.write(first.build());
        ChannelFuture two = channel.write(first.next().build());
        channel.flush();

        assertThat(one.cause()).isSameAs(cause);
        assertThat(two.cause()).isSameAs(cause);
        assertThat(channel.finish()).isFalse();
    }

    private static final class FailingWrites extends ChannelOutboundHandlerAdapter {
        private final Throwable cause;

        FailingWrites(Throwable cause) {
            this.cause = cause;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            promise.setFailure(cause);
        }
    }

    @Test
    void shouldTakeBuffersOfEveryMake() {
        PacketSpec first = Packets.tcp4(ACK, 100, 1);
        PacketSpec second = first.next();
        byte[] halves = second.bytes();
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.write(Unpooled.wrappedBuffer(first.bytes()));
        channel.write(Unpooled.wrappedBuffer(
                Packets.direct(Arrays.copyOf(halves, 70)),
                Packets.direct(Arrays.copyOfRange(halves, 70, halves.length))));
        channel.write(Unpooled.directBuffer()
                .writeZero(33)
                .writeBytes(second.next().bytes())
                .skipBytes(33));
        channel.flush();

        Frame frame = Frame.take(channel.readOutbound());
        assertThat(frame.packet())
                .isEqualTo(Packets.take(first.copy().payload(300).frame(100).skipBytes(10)));
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldPassWhatIsNoPacketBehindAHeader() {
        List<byte[]> rubbish = List.of(new byte[19], new byte[60], new byte[] {0x45, 1, 2});
        List<Frame> frames = Codec.merge(rubbish);
        assertThat(frames).extracting(Frame::packet).containsExactlyElementsOf(rubbish);
        assertThat(frames).allSatisfy(frame -> assertThat(frame.virtioHeader()).containsOnly(0));
    }

    @Test
    void shouldPassAnEmptyBufferBehindWhatWasWrittenBeforeIt() {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.write(Packets.udp4(5).build());
        channel.writeOutbound(Unpooled.EMPTY_BUFFER);
        assertThat(Frame.take(channel.readOutbound()).packet())
                .isEqualTo(Packets.udp4(5).bytes());
        assertThat(channel.<Object>readOutbound()).isSameAs(Unpooled.EMPTY_BUFFER);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldEmitBeforeAMessageThatItDoesNotKnow() {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer());
        channel.write(Packets.udp4(5).build());
        channel.writeOutbound("mark");
        assertThat(Frame.take(channel.readOutbound()).packet())
                .isEqualTo(Packets.udp4(5).bytes());
        assertThat(channel.<Object>readOutbound()).isEqualTo("mark");
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldReleaseAndFailWhatThereIsNoMemoryFor() {
        GroCoalescer coalescer = new GroCoalescer();
        EmbeddedChannel channel = new EmbeddedChannel(coalescer);
        channel.config().setAllocator(new BoundedAllocator(0));
        ByteBuf heap = Unpooled.wrappedBuffer(Packets.udp4(5).bytes());
        ChannelFuture write = channel.write(heap);
        assertThat(write.cause()).isInstanceOf(OutOfMemoryError.class);
        assertThat(heap.refCnt()).isZero();

        // Packets with headers that do not merge are made one by one.
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.config().setAllocator(new BoundedAllocator(0));
        ByteBuf frame = Packets.tcp6(ACK, 300, 1).extensionChain(1, 400).frame(100);
        splitter.writeInbound(frame);
        ChannelFuture batch = channel.writeAndFlush(splitter.<Object>readInbound());
        assertThat(batch.cause()).isInstanceOf(OutOfMemoryError.class);
        assertThat(frame.refCnt()).isZero();

        assertThat(coalescer.dropped()).isEqualTo(4);
        assertThat(coalescer.packets()).isZero();
        assertThat(splitter.finish()).isFalse();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldLeaveHeadersAloneThatAreTooLongToMerge() {
        PacketSpec whole = Packets.tcp6(ACK, 300, 1).extensionChain(1, 400);
        List<byte[]> packets = Codec.split(frame(whole, 100));
        assertThat(Codec.merge(packets)).extracting(Frame::packet).containsExactlyElementsOf(packets);
        assertThat(Codec.splitAndMerge(List.of(frame(whole, 100))))
                .extracting(Frame::packet)
                .containsExactlyElementsOf(packets);
    }

    @Test
    void shouldEmitWhenRemovedOrClosed() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast("coalesce", new GroCoalescer());
        channel.write(Packets.udp4(5).build());
        channel.pipeline().remove("coalesce");
        assertThat(Frame.take(channel.readOutbound()).packet()).hasSize(33);

        channel.pipeline().addLast(new GroCoalescer());
        channel.write(Packets.udp4(6).build());
        channel.close();
        assertThat(Frame.take(channel.readOutbound()).packet()).hasSize(34);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldKeepTheGroupsOfManyFlowsApart() {
        List<byte[]> packets = new ArrayList<>();
        List<PacketSpec> flows = new ArrayList<>();
        for (int port = 0; port < 1_000; port++) {
            flows.add((port % 2 == 0 ? Packets.tcp4(ACK, 10, 1) : Packets.tcp6(ACK, 10, 1)).ports(port, 7));
        }
        for (int round = 0; round < 3; round++) {
            flows.forEach(spec -> packets.add(spec.bytes()));
            flows.replaceAll(PacketSpec::next);
        }
        List<Frame> frames = Codec.merge(packets);
        assertThat(frames)
                .hasSize(1_000)
                .allSatisfy(frame -> assertThat(frame.gsoSize()).isEqualTo(10));
        assertThat(Codec.splitAll(frames)).containsExactlyInAnyOrderElementsOf(packets);
    }

    @Test
    void shouldCountPacketsAndFrames() {
        GroCoalescer coalescer = new GroCoalescer();
        EmbeddedChannel channel = new EmbeddedChannel(coalescer);
        PacketSpec first = Packets.tcp4(ACK, 100, 1);
        channel.write(first.build());
        channel.writeOutbound(first.next().build());
        assertThat(coalescer.packets()).isEqualTo(2);
        assertThat(coalescer.frames()).isEqualTo(1);
        channel.<GatheredPacket>readOutbound().release();
        assertThat(channel.finish()).isFalse();
    }

    private static byte[] frame(PacketSpec spec, int gsoSize) {
        return Packets.take(spec.frame(gsoSize));
    }

    private static List<byte[]> bytes(List<PacketSpec> specs) {
        return specs.stream().map(PacketSpec::bytes).collect(Collectors.toCollection(ArrayList::new));
    }
}
