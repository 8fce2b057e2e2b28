// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.URG;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.packet.PacketBatch;
import io.tunloop.testing.Codec;
import io.tunloop.testing.Frame;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers that write, flush, close, remove or throw from within an event of the codec: nothing lost, doubled or reordered. */
class CodecReentryTest {
    private static final int PACKETS = 6;

    private final GroCoalescer coalescer = new GroCoalescer();

    /** A channel that is not writable from its first byte on, and somebody who does something about that, once. */
    private EmbeddedChannel channel(Consumer<EmbeddedChannel> whenFull) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        channel.pipeline().addLast("coalesce", coalescer);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private boolean done;

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                if (!ctx.channel().isWritable() && !done) {
                    done = true;
                    whenFull.accept(channel);
                }
            }
        });
        return channel;
    }

    /** Packets of flows of their own. */
    private static List<byte[]> packets() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            packets.add(Packets.udp4(10 + i).ports(i, 7).bytes());
        }
        return packets;
    }

    private static List<ChannelFuture> write(EmbeddedChannel channel, List<byte[]> packets) {
        List<ChannelFuture> writes = new ArrayList<>();
        packets.forEach(packet -> writes.add(channel.write(Packets.direct(packet))));
        return writes;
    }

    private static List<byte[]> written(EmbeddedChannel channel) {
        List<byte[]> written = new ArrayList<>();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            assertThat(((MergedPacket) message).refCnt()).isEqualTo(1);
            written.addAll(Codec.split(Frame.take(message).bytes()));
        }
        return written;
    }

    @Test
    void shouldWriteEachGroupOnceForWhoFlushesFromWithin() {
        EmbeddedChannel channel = channel(EmbeddedChannel::flush);
        List<ChannelFuture> writes = write(channel, packets());
        channel.flush();

        assertThat(written(channel)).containsExactlyElementsOf(packets());
        assertThat(writes).allMatch(ChannelFuture::isSuccess);
        assertThat(coalescer.frames()).isEqualTo(PACKETS);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldKeepTheOrderForWhoWritesFromWithin() {
        PacketSpec first = Packets.tcp4(ACK, 100, 1);
        PacketSpec bad = first.next().badTransportChecksum();
        PacketSpec third = bad.next().sound();
        EmbeddedChannel channel = channel(full -> {
            full.write(third.build());
            full.writeAndFlush(third.next().build());
        });
        channel.write(first.build());
        channel.write(bad.build());
        channel.flush();
        assertThat(written(channel))
                .containsExactly(
                        first.bytes(), bad.bytes(), third.bytes(), third.next().bytes());
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldKeepForTheNextFlushWhatIsOnlyWrittenFromWithin() {
        PacketSpec next = Packets.udp4(1).ports(0, 7);
        EmbeddedChannel channel = channel(full -> full.write(next.build()));
        write(channel, packets());
        channel.flush();
        assertThat(written(channel)).containsExactlyElementsOf(packets());
        channel.flush();
        assertThat(written(channel)).containsExactly(next.bytes());
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldWriteAllForWhoClosesFromWithin() {
        EmbeddedChannel channel = channel(EmbeddedChannel::close);
        List<ChannelFuture> writes = write(channel, packets());
        channel.flush();

        // The outbound buffer fails what is in it when its channel is closed: each write has one outcome.
        List<byte[]> written = written(channel);
        assertThat(writes).allMatch(ChannelFuture::isDone);
        assertThat(packets().subList(0, written.size())).containsExactlyElementsOf(written);
        assertThat(writes.stream().filter(ChannelFuture::isSuccess)).hasSameSizeAs(written);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldWriteAllForWhoRemovesItFromWithin() {
        byte[] behind = Packets.take(Packets.udp4(1).plainFrame());
        EmbeddedChannel channel = channel(full -> {
            full.pipeline().remove("coalesce");
            full.write(Packets.direct(behind));
        });
        List<ChannelFuture> writes = write(channel, packets());
        channel.flush();

        List<byte[]> written = new ArrayList<>();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            written.add(Frame.take(message).packet());
        }
        List<byte[]> expected = packets();
        expected.add(Arrays.copyOfRange(behind, 10, behind.length));
        assertThat(written).containsExactlyElementsOf(expected);
        assertThat(writes).allMatch(ChannelFuture::isSuccess);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldWriteAllForWhoThrowsFromWithin() {
        EmbeddedChannel channel = channel(full -> {
            throw new IllegalStateException("thrown by the test");
        });
        List<ChannelFuture> writes = write(channel, packets());
        channel.flush();
        assertThat(written(channel)).containsExactlyElementsOf(packets());
        assertThat(writes).allMatch(ChannelFuture::isSuccess);
        try {
            channel.checkException();
        } catch (IllegalStateException thrownByTheTest) {
            // Netty gives it to the end of the pipeline.
        }
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldKeepTheOrderForAListenerThatWritesAndFlushes() {
        EmbeddedChannel channel = new EmbeddedChannel(coalescer);
        List<byte[]> packets = packets();
        List<byte[]> more = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            byte[] answer = Packets.udp4(100 + i).ports(i, 7).bytes();
            more.add(answer);
            channel.write(Packets.direct(packets.get(i)))
                    .addListener(done -> channel.writeAndFlush(Packets.direct(answer)));
        }
        channel.flush();
        List<byte[]> written = written(channel);
        assertThat(written).hasSize(2 * PACKETS);
        assertThat(written.stream().filter(packet -> packet.length < 100)).containsExactlyElementsOf(packets);
        assertThat(written.stream().filter(packet -> packet.length >= 100)).containsExactlyElementsOf(more);
        assertThat(channel.finish()).isFalse();
    }

    /** What is done in the middle of a frame that is more than the coalescer holds at a time. */
    private enum InTheMiddle {
        FLUSH(EmbeddedChannel::flush),
        WRITE(channel -> channel.write(BEHIND.build())),
        WRITE_AND_FLUSH(channel -> channel.writeAndFlush(BEHIND.build())),
        REMOVE(channel -> {
            channel.pipeline().remove("coalesce");
            channel.write(BEHIND.plainFrame());
        }),
        THROW(channel -> {
            throw new IllegalStateException("thrown by the test");
        });

        private final Consumer<EmbeddedChannel> action;

        InTheMiddle(Consumer<EmbeddedChannel> action) {
            this.action = action;
        }
    }

    private static final PacketSpec URGENT = Packets.tcp4(ACK | URG, 9_000, 1).urgent(1);
    private static final PacketSpec BEHIND = URGENT.copy().sequence(9_001).payload(1);

    @ParameterizedTest
    @EnumSource
    void shouldKeepTheOrderInTheMiddleOfALargeFrame(InTheMiddle what) {
        EmbeddedChannel channel = channel(what.action);
        ChannelFuture frame = channel.write(batch(URGENT, 1));
        channel.flush();

        List<byte[]> written = new ArrayList<>();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            written.add(Frame.take(message).packet());
        }
        List<byte[]> expected = Codec.split(Packets.take(URGENT.frame(1)));
        if (what == InTheMiddle.WRITE || what == InTheMiddle.WRITE_AND_FLUSH || what == InTheMiddle.REMOVE) {
            expected.add(BEHIND.bytes());
        }
        assertThat(written).containsExactlyElementsOf(expected);
        assertThat(frame.isSuccess()).isTrue();
        assertThat(coalescer.isBacklogged()).isFalse();
        try {
            channel.checkException();
        } catch (IllegalStateException thrownByTheTest) {
            assertThat(what).isEqualTo(InTheMiddle.THROW);
        }
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldGiveEachWriteOneOutcomeForWhoClosesInTheMiddleOfALargeFrame() {
        EmbeddedChannel channel = channel(EmbeddedChannel::close);
        PacketBatch batch = (PacketBatch) batch(URGENT, 1);
        ChannelFuture frame = channel.write(batch);
        channel.flush();
        written(channel);
        assertThat(frame.isDone()).isTrue();
        assertThat(frame.isSuccess()).isFalse();
        assertThat(coalescer.packets() + coalescer.dropped()).isEqualTo(9_000);
        assertThat(batch.refCnt()).isZero();
        assertThat(channel.finish()).isFalse();
    }

    private static Object batch(PacketSpec whole, int gsoSize) {
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(whole.frame(gsoSize));
        Object batch = splitter.readInbound();
        assertThat(splitter.finish()).isFalse();
        return batch;
    }

    /** Takes packets, and does something when it has got the first. */
    private static final class FirstPacket extends ChannelInboundHandlerAdapter {
        private final Consumer<ChannelHandlerContext> action;
        private final List<byte[]> packets = new ArrayList<>();

        FirstPacket(Consumer<ChannelHandlerContext> action) {
            this.action = action;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof IpPacket packet) {
                packets.add(Packets.take(packet.content().retain()));
                packet.release();
            } else {
                Codec.take(message, packets);
            }
            if (packets.size() == 1) {
                action.accept(ctx);
            }
        }
    }

    private static final PacketSpec WHOLE = Packets.tcp4(ACK, 2_500, 1);
    private static final PacketSpec OTHER = Packets.tcp4(ACK, 3_900, 1).ports(5, 5);

    private static List<byte[]> read(ChannelHandler codec, Consumer<ChannelHandlerContext> action) {
        FirstPacket reader = new FirstPacket(action);
        EmbeddedChannel channel = new EmbeddedChannel();
        if (!(codec instanceof GsoSplitter)) {
            channel.pipeline().addLast(new GsoSplitter(GsoSplitter.Output.BATCHES));
        }
        channel.pipeline().addLast("codec", codec).addLast(reader);
        ByteBuf frame = WHOLE.frame(1_000);
        channel.writeInbound(frame);
        assertThat(frame.refCnt()).isZero();
        assertThat(channel.finish()).isFalse();
        return reader.packets;
    }

    @Test
    void shouldSplitAFrameThatComesFromWithin() {
        List<byte[]> packets = read(new GsoSplitter(), ctx -> ctx.pipeline().fireChannelRead(OTHER.frame(1_300)));
        List<byte[]> whole = Codec.split(Packets.take(WHOLE.frame(1_000)));
        List<byte[]> expected = new ArrayList<>(whole.subList(0, 1));
        expected.addAll(Codec.split(Packets.take(OTHER.frame(1_300))));
        expected.addAll(whole.subList(1, whole.size()));
        assertThat(packets).containsExactlyElementsOf(expected);
    }

    @Test
    void shouldFireTheOtherPacketsToWhoRemovesTheCodecOrClosesFromWithin() {
        List<byte[]> whole = Codec.split(Packets.take(WHOLE.frame(1_000)));
        assertThat(read(new GsoSplitter(), ctx -> ctx.pipeline().remove("codec")))
                .containsExactlyElementsOf(whole);
        assertThat(read(PacketCodec.ip(), ctx -> ctx.pipeline().remove("codec")))
                .containsExactlyElementsOf(whole);
        assertThat(read(new GsoSplitter(), ChannelHandlerContext::close).get(0)).isEqualTo(whole.get(0));
        assertThat(read(PacketCodec.ip(), ChannelHandlerContext::close).get(0)).isEqualTo(whole.get(0));
    }

    @Test
    void shouldFireTheOtherPacketsOfABatchAtWhoseFirstTheFormatThrows() {
        PacketCodec<ByteBuf> codec = new PacketCodec<>(new ThrowsOnce());
        EmbeddedChannel channel = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES), codec);
        try {
            channel.writeInbound(WHOLE.frame(1_000));
        } catch (IllegalStateException thrownByTheTest) {
            // Netty gives it to the end of the pipeline.
        }
        List<byte[]> packets = new ArrayList<>();
        for (ByteBuf packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
            packets.add(Packets.take(packet));
        }
        List<byte[]> whole = Codec.split(Packets.take(WHOLE.frame(1_000)));
        assertThat(packets).containsExactlyElementsOf(whole.subList(1, whole.size()));
        assertThat(codec.dropped()).isEqualTo(1);
        assertThat(channel.finish()).isFalse();
    }

    private static final class ThrowsOnce implements PacketFormat<ByteBuf> {
        private boolean thrown;

        @Override
        public Class<ByteBuf> type() {
            return ByteBuf.class;
        }

        @Override
        public ByteBuf decode(ByteBuf packet) {
            if (!thrown) {
                thrown = true;
                packet.release();
                throw new IllegalStateException("thrown by the test");
            }
            return packet;
        }

        @Override
        public ByteBuf encode(ByteBuf packet) {
            return packet;
        }
    }
}
