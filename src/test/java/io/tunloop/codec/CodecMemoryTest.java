// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.URG;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.testing.Codec;
import io.tunloop.testing.Frame;
import io.tunloop.testing.GatedChannel;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a packet says does not decide how much is held: frames that stand for as many packets as a frame can. */
class CodecMemoryTest {
    private static final int SEGMENTS = 40_000;

    /** A frame of one-byte segments none of which may merge. */
    private static final PacketSpec URGENT =
            Packets.tcp4(ACK | URG, SEGMENTS, 1).urgent(1);

    private final GroCoalescer coalescer = new GroCoalescer();
    private final GatedChannel channel = new GatedChannel(coalescer);

    private static Object split(PacketSpec whole) {
        EmbeddedChannel splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(whole.frame(1));
        Object batch = splitter.readInbound();
        assertThat(splitter.finish()).isFalse();
        return batch;
    }

    @ParameterizedTest
    @EnumSource
    void shouldLiveWithLittleMemory(GsoSplitter.Output output) throws Exception {
        List<String> command = JavaProcess.command(HostileFrames.class, output.name());
        command.addAll(1, List.of("-Xmx24m", "-XX:MaxDirectMemorySize=64m", "-Dio.netty.leakDetection.level=disabled"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = lines(process);
        assertThat(process.waitFor()).as("%s", lines).isZero();
        // Six kinds of frames, 8 of each at a time, twice.
        long packets = 2 * 8 * (5L * SEGMENTS + 2_000);
        assertThat(lines).contains("packets " + packets);
        long heap = Long.parseLong(lines.get(lines.size() - 1).substring("heap ".length()));
        assertThat(heap).as("%s", lines).isLessThan(14 * 1024 * 1024);
    }

    private static List<String> lines(Process process) throws IOException {
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            return out.lines().toList();
        }
    }

    @Test
    void shouldHoldSoManyGroupsOfAFrameWhileTheDeviceIsFull() {
        channel.write(split(URGENT));
        channel.flush();
        assertThat(channel.flushed()).isEqualTo(Groups.MAX_GROUPS);
        assertThat(coalescer.isBacklogged()).isTrue();
        assertThat(channel.isWritable()).isFalse();

        // What is written and flushed meanwhile stands in line.
        PacketSpec behind = URGENT.copy().sequence(1 + SEGMENTS).id(SEGMENTS).payload(1);
        channel.write(behind.build());
        channel.flush();
        channel.runPendingTasks();
        assertThat(channel.flushed()).isEqualTo(Groups.MAX_GROUPS);

        List<byte[]> written = new ArrayList<>();
        while (written.size() <= SEGMENTS) {
            channel.open(100);
            channel.runPendingTasks();
            assertThat(channel.flushed()).isLessThanOrEqualTo(Groups.MAX_GROUPS);
            take(written);
        }
        assertThat(coalescer.isBacklogged()).isFalse();
        channel.runPendingTasks();
        assertThat(channel.isWritable()).isTrue();
        List<byte[]> expected = Codec.split(Packets.take(URGENT.frame(1)));
        expected.add(behind.bytes());
        assertThat(written).containsExactlyElementsOf(expected);
        assertThat(coalescer.packets()).isEqualTo(SEGMENTS + 1);
        assertThat(coalescer.frames()).isEqualTo(SEGMENTS + 1);
        assertThat(channel.finish()).isFalse();
    }

    private void take(List<byte[]> written) {
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            written.add(Frame.take(message).packet());
        }
    }

    @Test
    void shouldLetOthersHaveTheirTurnWhileItWritesALargeFrame() throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
        try {
            GroCoalescer own = new GroCoalescer();
            Channel writer = connect(loop, own);
            List<Long> turns = new ArrayList<>();
            CompletableFuture<Void> done = new CompletableFuture<>();
            loop.execute(() -> {
                writer.write(split(URGENT));
                writer.flush();
                watch(own, writer, turns, done);
            });
            done.get(1, TimeUnit.MINUTES);

            assertThat(turns.get(0)).isPositive();
            assertThat(turns.get(turns.size() - 1)).isEqualTo(SEGMENTS);
            for (int i = 1; i < turns.size(); i++) {
                assertThat(turns.get(i) - turns.get(i - 1)).isLessThanOrEqualTo(5L * Groups.MAX_GROUPS);
            }
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /** A task that somebody else has in every turn of the loop. */
    private static void watch(GroCoalescer own, Channel writer, List<Long> turns, CompletableFuture<Void> done) {
        turns.add(own.packets());
        if (own.isBacklogged()) {
            if (writer.isWritable()) {
                done.completeExceptionally(new AssertionError("writable, though packets wait"));
            }
            writer.eventLoop().execute(() -> watch(own, writer, turns, done));
        } else {
            done.complete(null);
        }
    }

    /** A channel with the coalescer, whose peer takes everything. */
    private static Channel connect(EventLoopGroup loop, ChannelHandler coalescer) throws InterruptedException {
        LocalAddress address = new LocalAddress(CodecMemoryTest.class);
        new ServerBootstrap()
                .group(loop)
                .channel(LocalServerChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ReferenceCountUtil.release(message);
                    }
                })
                .bind(address)
                .sync();
        return new Bootstrap()
                .group(loop)
                .channel(LocalChannel.class)
                .handler(coalescer)
                .connect(address)
                .sync()
                .channel();
    }

    @Test
    void shouldCompleteAWriteWhenAllOfItIsWritten() {
        ChannelFuture frame = channel.write(split(URGENT));
        ChannelFuture behind = channel.writeAndFlush(Packets.udp4(1).build());
        List<byte[]> written = new ArrayList<>();
        while (written.size() < SEGMENTS) {
            assertThat(frame.isDone()).isFalse();
            channel.open(1_000);
            channel.runPendingTasks();
            take(written);
        }
        assertThat(frame.isSuccess()).isTrue();
        channel.open(1);
        assertThat(behind.isSuccess()).isTrue();
        take(written);
        assertThat(written).hasSize(SEGMENTS + 1);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldFailAndCountWhatWaitsWhenItIsClosed() {
        ChannelFuture frame = channel.write(split(URGENT));
        ChannelFuture behind = channel.writeAndFlush(Packets.udp4(1).build());
        ChannelFuture other = channel.writeAndFlush("mark");
        channel.close();

        for (ChannelFuture lost : List.of(frame, behind, other)) {
            assertThat(lost.cause()).isInstanceOf(ClosedChannelException.class);
        }
        assertThat(coalescer.packets() + coalescer.dropped()).isEqualTo(SEGMENTS + 1);
        assertThat(coalescer.packets()).isEqualTo(Groups.MAX_GROUPS);
        assertThat(coalescer.isBacklogged()).isFalse();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldWriteWhatWaitsBeforeItIsRemoved() {
        channel.write(split(URGENT));
        channel.write(Packets.udp4(1).build());
        channel.pipeline().remove(coalescer);
        channel.open(SEGMENTS + 1);

        List<byte[]> written = new ArrayList<>();
        take(written);
        assertThat(written).hasSize(SEGMENTS + 1);
        assertThat(written.get(SEGMENTS)).isEqualTo(Packets.udp4(1).bytes());
        channel.runPendingTasks();
        assertThat(channel.isWritable()).isTrue();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldFlushByItselfWhenItHoldsMuch() {
        channel.open(Integer.MAX_VALUE);
        int packets = 4_000;
        for (int i = 0; i < packets; i++) {
            ByteBuf packet = Packets.udp4(1_000).ports(i % 1_000, i).build();
            channel.write(packet, channel.voidPromise());
            assertThat(coalescer.packets() - channel.outboundMessages().size())
                    .as("held")
                    .isLessThanOrEqualTo(3_000);
        }
        channel.flush();
        List<byte[]> written = new ArrayList<>();
        take(written);
        assertThat(written).hasSize(packets);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldFlushByItselfWhenItHoldsManyFlows() {
        channel.open(Integer.MAX_VALUE);
        for (int i = 0; i < 5_000; i++) {
            channel.write(Packets.udp4(1).ports(i, 7).build(), channel.voidPromise());
        }
        assertThat(channel.outboundMessages().size()).isBetween(4 * Groups.MAX_GROUPS, 5_000);
        channel.flush();
        List<byte[]> written = new ArrayList<>();
        take(written);
        assertThat(written).hasSize(5_000);
        assertThat(channel.finish()).isFalse();
    }
}
