// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.relay.TwoChannels.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.DefaultByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.tunloop.channel.TunChannel;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.TestDevices;
import io.tunloop.packet.TransportHeader;
import io.tunloop.testing.Packets;
import io.tunloop.testing.RoomyChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue between {@link TwoChannels}, on one event loop and on two. */
@Timeout(60)
class QueuedRelayTest {
    private static final int CAPACITY = 4;

    private TwoChannels channels;
    private TunChannel reader;
    private TunChannel writer;
    private QueuedRelay relay;

    private void open(int loopCount, QueueFull full) throws Exception {
        channels = new TwoChannels(loopCount);
        reader = channels.reader();
        writer = channels.writer();
        relay = new QueuedRelay(writer, new QueueConfig(CAPACITY, 1 << 20, full));
        reader.pipeline().addLast(relay);
        reader.config().setAutoRead(true);
    }

    @AfterEach
    void close() throws Exception {
        if (channels != null) {
            channels.close();
        }
    }

    /** A sender that waits while the devices and the queue between them are full. */
    private Thread sending(int packets) {
        Callable<Void> send = () -> {
            channels.send(0, packets);
            return null;
        };
        var thread = new Thread(new FutureTask<>(send), "sender");
        thread.start();
        return thread;
    }

    /** The packets that wait at the other end, 0 or 1. */
    private int poll() {
        try {
            return channels.sink().poll() == null ? 0 : 1;
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldHandOverInOrder(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        for (int i = 0; i < 1000; i++) {
            channels.send(i, i + 1);
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }
        assertThat(relay.depth()).isZero();
        assertThat(relay.dropped()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReadNoMoreWhenFullAndLoseNothing(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        int packets = 250;
        Thread sender = sending(packets);
        await(
                "the reader stops",
                () -> relay.depth() == CAPACITY && !reader.config().isAutoRead());

        for (int i = 0; i < packets; i++) {
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }

        sender.join();
        await("the reader goes on", () -> reader.config().isAutoRead());
        assertThat(relay.dropped()).isZero();
        assertThat(relay.depth()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldLoseTheNewestWhenFull(int loopCount) throws Exception {
        open(loopCount, QueueFull.DROP);
        int packets = 250;
        sending(packets).join();
        await("all are read", () -> reader.counters().packetsRead() == packets);
        await("some are lost", () -> relay.dropped() > 0);
        assertThat(reader.config().isAutoRead()).isTrue();

        int last = -1;
        for (long kept = packets - relay.dropped(); kept > 0; kept--) {
            int packet = channels.sink().receive()[0] & 0xff;
            assertThat(packet).as("packets keep their order").isGreaterThan(last);
            last = packet;
        }
        assertThat(channels.sink().poll()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1, BLOCK", "2, BLOCK", "1, DROP", "2, DROP"})
    void shouldReleaseWhatWaitsWhenTheWriterCloses(int loopCount, QueueFull full) throws Exception {
        open(loopCount, full);
        // One by one until nothing moves on: of a batch, the policy drop would lose all but what the queue holds. Or
        // until the reader stops, which goes on when the queue is half empty, not before.
        int packets = 0;
        while (relay.depth() < CAPACITY && reader.config().isAutoRead()) {
            channels.send(packets, ++packets);
            long sent = packets;
            await("it is read", () -> reader.counters().packetsRead() == sent);
            channels.settle();
        }

        writer.close().sync();

        // A closed channel takes all that comes, and so the reader goes on to the end.
        channels.send(packets, ++packets);
        int all = packets;
        await("all are read", () -> reader.counters().packetsRead() == all);
        await("the queue is empty", () -> relay.depth() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReleaseWhatItHoldsWhenTheReaderCloses(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        channels.setWritable(false); // Else what is held may find room before the reader is closed.
        Thread sender = sending(100);
        await(
                "the reader stops",
                () -> relay.depth() == CAPACITY && !reader.config().isAutoRead());

        reader.close().sync();
        await("what was held is counted", () -> relay.unwritten() > 0);
        channels.setWritable(true);
        sender.interrupt();
        channels.source().close();
        await("what waited is written", () -> poll() == 0 && relay.depth() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldStopWhenAllThatWasReadIsWritten(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        sending(100);
        await(
                "the reader stops",
                () -> relay.depth() == CAPACITY && !reader.config().isAutoRead());

        Future<Void> stopped = reader.eventLoop().submit(relay::stop).get();
        assertThat(reader.eventLoop().submit(relay::stop).get()).isSameAs(stopped);
        var received = new AtomicInteger();
        await("stopped, and all received", () -> {
            received.addAndGet(poll());
            return stopped.isDone() && received.get() == reader.counters().packetsRead();
        });
        assertThat(stopped.isSuccess()).isTrue();
        assertThat(reader.config().isAutoRead()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldLeaveAutoReadAloneWhereItWasOff(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        reader.config().setAutoRead(false);
        channels.settle();
        channels.setWritable(false);
        channels.send(0, CAPACITY * 2);

        reader.read();
        await("a batch is read", () -> relay.depth() == CAPACITY);
        channels.setWritable(true);

        for (int i = 0; i < CAPACITY * 2; i++) {
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }
        channels.settle();
        assertThat(reader.config().isAutoRead()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldPauseAgainWhenAutoReadIsSwitchedOnInBetween(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        int packets = 250;
        Thread sender = sending(packets);
        for (int i = 0; i < 3; i++) {
            await("the reader stops", () -> !reader.config().isAutoRead());
            reader.config().setAutoRead(true);
        }
        for (int i = 0; i < packets; i++) {
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }
        sender.join();
        await("the reader goes on", () -> reader.config().isAutoRead());
    }

    @Test
    void shouldCountEachPacketOfABatchThatIsLost() throws Exception {
        open(2, QueueFull.DROP);
        channels.setWritable(false);
        channels.send(0, CAPACITY);
        await("the queue is full", () -> relay.depth() == CAPACITY);
        var splitter = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES));
        splitter.writeInbound(Packets.tcp4(TransportHeader.ACK, 3_000, 1).frame(1_000));
        Object batch = splitter.readInbound();
        assertThat(splitter.finish()).isFalse();

        reader.eventLoop()
                .submit(() -> reader.pipeline().fireChannelRead(batch))
                .sync();

        assertThat(relay.dropped()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldLeaveNothingBehindWhenRemoved(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        channels.setWritable(false);
        channels.send(0, CAPACITY * 2);
        await(
                "the reader stops",
                () -> relay.depth() == CAPACITY && !reader.config().isAutoRead());

        reader.eventLoop().submit(() -> reader.pipeline().remove(relay)).sync();

        assertThat(reader.config().isAutoRead()).isTrue();
        assertThat(relay.unwritten()).as("what was held is counted").isPositive();
        assertThat(writer.pipeline().toMap()).as("packets still wait").hasSize(1);
        channels.setWritable(true);
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }
        await("the writer is rid of it", () -> writer.pipeline().toMap().isEmpty());
    }

    @Test
    void shouldCopyASmallPacketOutOfALargeBuffer() {
        var writer = new EmbeddedChannel();
        var reader = new EmbeddedChannel(new QueuedRelay(writer, QueueConfig.DEFAULT));
        ByteBuf buffer = Unpooled.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60, 7));

        reader.writeInbound(buffer);

        assertThat(buffer.refCnt()).isZero();
        ByteBuf written = writer.readOutbound();
        assertThat(written.capacity()).isEqualTo(60);
        assertThat(written.getByte(59)).isEqualTo((byte) 7);
        assertThat(written.release()).isTrue();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldLeaveRoomAroundACopy() {
        var writer = new EmbeddedChannel();
        var reader = new RoomyChannel(32, 16).with(new QueuedRelay(writer, QueueConfig.DEFAULT));

        reader.writeInbound(Unpooled.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60, 7)));

        ByteBuf written = writer.readOutbound();
        assertThat(written.capacity()).isEqualTo(32 + 60 + 16);
        assertThat(written.readerIndex()).isEqualTo(32);
        assertThat(ByteBufUtil.getBytes(written)).isEqualTo(TestDevices.packet(60, 7));
        assertThat(written.release()).isTrue();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldCopyASmallSliceOutOfALargeBuffer() {
        var writer = new EmbeddedChannel();
        var reader = new EmbeddedChannel(new QueuedRelay(writer, QueueConfig.DEFAULT));
        ByteBuf buffer = Unpooled.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60_000, 7));

        reader.writeInbound(buffer.retainedSlice(1000, 60).asReadOnly());
        buffer.release();

        assertThat(buffer.refCnt()).isZero();
        ByteBuf written = writer.readOutbound();
        assertThat(written.readableBytes()).isEqualTo(60);
        assertThat(written.release()).isTrue();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldKeepASmallPacketWhereItIsWhenThereIsNoMemoryForACopy() {
        var writer = new EmbeddedChannel();
        var reader = new EmbeddedChannel(new QueuedRelay(writer, QueueConfig.DEFAULT));
        reader.config().setAllocator(new AbstractByteBufAllocator() {
            @Override
            protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
                throw new OutOfMemoryError("none left");
            }

            @Override
            protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
                throw new OutOfMemoryError("none left");
            }

            @Override
            public boolean isDirectBufferPooled() {
                return false;
            }
        });
        ByteBuf buffer = Unpooled.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60, 7));

        reader.writeInbound(buffer);

        assertThat(writer.<ByteBuf>readOutbound()).isSameAs(buffer);
        assertThat(buffer.release()).isTrue();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldHoldNoMoreThanTheQueueMayWhateverAFrameBecomes() {
        var writer = new EmbeddedChannel();
        writer.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        int maxBytes = 10_000;
        var relay = new QueuedRelay(writer, new QueueConfig(CAPACITY, maxBytes, QueueFull.BLOCK));
        var reader = new EmbeddedChannel(relay);
        List<ByteBuf> segments = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            ByteBuf segment = Unpooled.directBuffer(1).writeByte(i);
            segments.add(segment);
            reader.pipeline().fireChannelRead(segment);
        }
        reader.pipeline().fireChannelReadComplete();

        long alive = segments.stream().filter(segment -> segment.refCnt() > 0).count();
        assertThat(alive).isEqualTo(CAPACITY + maxBytes / (MessageWeigher.OBJECT_BYTES + 1));
        assertThat(relay.dropped()).isEqualTo(segments.size() - alive);
        assertThat(reader.config().isAutoRead()).isFalse();

        writer.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        for (int i = 0; writer.outboundMessages().size() < alive; i++) {
            assertThat(i).as("rounds").isLessThan(1000);
            writer.runPendingTasks();
            reader.runPendingTasks();
        }
        for (int i = 0; i < alive; i++) {
            assertThat(writer.<ByteBuf>readOutbound())
                    .as("the first ones, in order")
                    .isSameAs(segments.get(i));
            segments.get(i).release();
        }
        assertThat(reader.config().isAutoRead()).isTrue();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldNotBeStoppedBeforeWhatItHoldsOfAnUnfinishedBatchIsWritten() {
        var writer = new EmbeddedChannel();
        var relay = new QueuedRelay(writer, new QueueConfig(CAPACITY, 1 << 20, QueueFull.BLOCK));
        var reader = new EmbeddedChannel(relay);
        for (int i = 0; i < 2 * CAPACITY; i++) {
            reader.pipeline().fireChannelRead(Unpooled.directBuffer(1).writeByte(i));
        }
        Future<Void> stopped = relay.stop();
        while (!stopped.isDone()) {
            writer.runPendingTasks();
            reader.runPendingTasks();
        }
        assertThat(writer.outboundMessages()).hasSize(2 * CAPACITY);
        writer.releaseOutbound();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldGoOnAfterAMessageThatSomebodyHasReleasedWhileItWaited() throws Exception {
        var writer = new EmbeddedChannel();
        writer.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        var relay = new QueuedRelay(writer, QueueConfig.DEFAULT);
        var reader = new EmbeddedChannel(relay);
        var holder = new DefaultByteBufHolder(Unpooled.directBuffer(1).writeByte(1));
        reader.writeInbound(holder);
        holder.release();
        writer.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        writer.runPendingTasks();

        ByteBuf next = Unpooled.directBuffer(1).writeByte(2);
        reader.writeInbound(next);

        writer.runPendingTasks();
        assertThat(writer.outboundMessages()).contains(next);
        assertThat(relay.depth()).isZero();
        writer.outboundMessages().clear();
        next.release();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldReleaseWhatWaitsWhenTheWritingLoopEndsInBetween() throws Exception {
        open(2, QueueFull.BLOCK);
        var roomy = new QueuedRelay(writer, QueueConfig.DEFAULT);
        // On its loop: one that was added elsewhere does not see what is read before the loop hears of it.
        reader.eventLoop()
                .submit(() -> reader.pipeline().replace(relay, null, roomy))
                .sync();
        relay = roomy;
        // More than one step of the writing loop, which has no time before it is told to end.
        int packets = 1000;
        var mayGoOn = new CountDownLatch(1);
        writer.eventLoop().execute(() -> {
            writer.close();
            awaitUninterruptibly(mayGoOn);
        });
        try {
            channels.send(0, packets);
            await("all wait", () -> relay.depth() == packets);
            writer.eventLoop().shutdownGracefully(0, 10, TimeUnit.SECONDS);
        } finally {
            mayGoOn.countDown(); // also when it fails, or the clean-up waits for this loop for ever
        }
        writer.eventLoop().terminationFuture().sync();

        await("all are released", () -> relay.depth() == 0);
        assertThat(relay.unwritten()).isEqualTo(packets);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException cause) {
            throw new AssertionError(cause);
        }
    }

    @Test
    void shouldPassALargePacketAsItIs() {
        var writer = new EmbeddedChannel();
        var reader = new EmbeddedChannel(new QueuedRelay(writer, QueueConfig.DEFAULT));
        ByteBuf buffer = Unpooled.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60_000, 7));

        reader.writeInbound(buffer);

        ByteBuf written = writer.readOutbound();
        assertThat(written).isSameAs(buffer);
        assertThat(written.release()).isTrue();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldRejectBoundsThatMakeNoSense() {
        assertThatThrownBy(() -> new QueueConfig(0, 1, QueueFull.BLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue capacity must be 1..1048576: 0");
        assertThatThrownBy(() -> new QueueConfig(1, 0, QueueFull.BLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue bytes must be at least 1: 0");
    }
}
