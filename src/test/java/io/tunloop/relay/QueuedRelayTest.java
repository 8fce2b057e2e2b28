// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.TestDevices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A relay between two channels over socket pairs, on one event loop and on two. The writing side has room for few packets,
 * so that a test which does not receive is a slow consumer.
 *
 * <p>All buffers come from one allocator, which has none in use when the test ends.
 */
@Timeout(60)
class QueuedRelayTest {
    private static final int CAPACITY = 4;
    private static final int PACKET_BYTES = 100;

    /** A handful of packets: the kernel counts its own structures too. */
    private static final int SINK_BYTES = 8192;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, TunTransport.EPOLL.ioHandlerFactory());
    private final List<TunChannel> channels = new ArrayList<>();
    private TestDevices source;
    private TestDevices sink;
    private TunChannel reader;
    private TunChannel writer;
    private QueuedRelay relay;

    private void open(int loopCount, QueueFull full) throws Exception {
        source = TestDevices.open(1500);
        sink = TestDevices.open(1500);
        sink.limitSendBuffer(SINK_BYTES);
        writer = channel(sink);
        writer.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 1));
        EventLoop loop = loops.next();
        loop.register(writer).sync();
        reader = channel(source);
        reader.config().setAutoRead(false);
        EventLoop readLoop = loopCount == 1 ? loop : loops.next();
        readLoop.register(reader).sync();
        relay = new QueuedRelay(writer, new QueueConfig(CAPACITY, 1 << 20, full));
        reader.pipeline().addLast(relay);
        reader.config().setAutoRead(true);
    }

    private TunChannel channel(TestDevices device) {
        TunChannel channel = TunTransport.EPOLL.newChannel(device.device());
        channels.add(channel);
        channel.config().setAllocator(allocator);
        return channel;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (TunChannel channel : channels) {
            channel.close().sync();
        }
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        if (source != null) {
            source.close();
            sink.close();
        }
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct memory in use")
                .isZero();
    }

    private void send(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            source.send(TestDevices.packet(PACKET_BYTES, i));
        }
    }

    /** A sender that waits while the devices and the queue between them are full. */
    private Thread sending(int packets) {
        Callable<Void> send = () -> {
            send(0, packets);
            return null;
        };
        var thread = new Thread(new FutureTask<>(send), "sender");
        thread.start();
        return thread;
    }

    /** The packets that wait at the other end, 0 or 1. */
    private int poll() {
        try {
            return sink.poll() == null ? 0 : 1;
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldHandOverInOrder(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        for (int i = 0; i < 1000; i++) {
            send(i, i + 1);
            assertThat(sink.receive()).isEqualTo(TestDevices.packet(PACKET_BYTES, i));
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
            assertThat(sink.receive()).isEqualTo(TestDevices.packet(PACKET_BYTES, i));
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
            int packet = sink.receive()[0] & 0xff;
            assertThat(packet).as("packets keep their order").isGreaterThan(last);
            last = packet;
        }
        assertThat(sink.poll()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1, BLOCK", "2, BLOCK", "1, DROP", "2, DROP"})
    void shouldReleaseWhatWaitsWhenTheWriterCloses(int loopCount, QueueFull full) throws Exception {
        open(loopCount, full);
        // One by one until nothing moves on: of a batch, the policy drop would lose all but what the queue holds.
        int packets = 0;
        while (relay.depth() < CAPACITY) {
            send(packets, ++packets);
        }

        writer.close().sync();

        // A closed channel takes all that comes, and so the reader goes on to the end.
        send(packets, ++packets);
        int sent = packets;
        await("all are read", () -> reader.counters().packetsRead() == sent);
        await("the queue is empty", () -> relay.depth() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReleaseWhatItHoldsWhenTheReaderCloses(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        Thread sender = sending(100);
        await(
                "the reader stops",
                () -> relay.depth() == CAPACITY && !reader.config().isAutoRead());

        reader.close().sync();
        sender.interrupt();
        source.close();
        await("what waited is written", () -> poll() == 0 && relay.depth() == 0);

        assertThat(relay.dropped()).as("what was held is counted").isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldStopWhenAllThatWasReadIsWritten(int loopCount) throws Exception {
        open(loopCount, QueueFull.BLOCK);
        sending(100);
        await(
                "the reader stops",
                () -> relay.depth() == CAPACITY && !reader.config().isAutoRead());

        Future<Void> stopped = relay.stop();
        var received = new AtomicInteger();
        await("stopped, and all received", () -> {
            received.addAndGet(poll());
            return stopped.isDone() && received.get() == reader.counters().packetsRead();
        });
        assertThat(stopped.isSuccess()).isTrue();
        assertThat(reader.config().isAutoRead()).isFalse();
    }

    @Test
    void shouldCopyASmallPacketOutOfALargeBuffer() {
        var writer = new EmbeddedChannel();
        var reader = new EmbeddedChannel(new QueuedRelay(writer, QueueConfig.DEFAULT));
        ByteBuf buffer = allocator.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60, 7));

        reader.writeInbound(buffer);

        assertThat(buffer.refCnt()).isZero();
        ByteBuf written = writer.readOutbound();
        assertThat(written.capacity()).isEqualTo(60);
        assertThat(written.getByte(59)).isEqualTo((byte) 7);
        written.release();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldPassALargePacketAsItIs() {
        var writer = new EmbeddedChannel();
        var reader = new EmbeddedChannel(new QueuedRelay(writer, QueueConfig.DEFAULT));
        ByteBuf buffer = allocator.directBuffer(65_546, 65_546).writeBytes(TestDevices.packet(60_000, 7));

        reader.writeInbound(buffer);

        ByteBuf written = writer.readOutbound();
        assertThat(written).isSameAs(buffer);
        written.release();
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
