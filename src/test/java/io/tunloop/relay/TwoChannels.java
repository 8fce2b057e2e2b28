// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.TestDevices;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What a relay stands between: two channels over socket pairs, on one event loop or on two. The reading one is paused.
 *
 * <pre>
 * test ─► send ═══ reader ─► ... ─► writer ═══ receive ─► test
 * </pre>
 * The writing side has room for few packets, so that a test which does not receive is a slow consumer. All buffers come
 * from one allocator, which has none in use when this is closed.
 */
final class TwoChannels implements AutoCloseable {
    static final int PACKET_BYTES = 100;

    /** A handful of packets: the kernel counts its own structures too. */
    private static final int SINK_BYTES = 8192;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, TunTransport.EPOLL.ioHandlerFactory());
    private final TestDevices source;
    private final TestDevices sink;
    private final TunChannel reader;
    private final TunChannel writer;

    TwoChannels(int loopCount) throws Exception {
        source = TestDevices.open(1500);
        sink = TestDevices.open(1500);
        sink.limitSendBuffer(SINK_BYTES);
        EventLoop loop = loops.next();
        writer = channel(sink, loop);
        writer.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 1));
        reader = channel(source, loopCount == 1 ? loop : loops.next());
    }

    private TunChannel channel(TestDevices device, EventLoop loop) throws InterruptedException {
        TunChannel channel = TunTransport.EPOLL.newChannel(device.device());
        channel.config().setAllocator(allocator);
        channel.config().setAutoRead(false);
        loop.register(channel).sync();
        return channel;
    }

    TunChannel reader() {
        return reader;
    }

    TunChannel writer() {
        return writer;
    }

    /** The end that the reading channel gets packets from. */
    TestDevices source() {
        return source;
    }

    /** The end where the packets of the writing channel arrive. */
    TestDevices sink() {
        return sink;
    }

    /** Packet number {@code i} of those that {@link #send} sends. */
    static byte[] packet(int i) {
        return TestDevices.packet(PACKET_BYTES, i);
    }

    /** Sends packets of these numbers; waits while the channels and what is between them are full. */
    void send(int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            source.send(packet(i));
        }
    }

    /** Lets the writing channel be full, or no longer, whatever there is in it. */
    void setWritable(boolean writable) throws InterruptedException {
        writer.eventLoop()
                .submit(() -> {
                    ChannelOutboundBuffer out = writer.unsafe().outboundBuffer();
                    out.setUserDefinedWritability(1, writable);
                })
                .sync();
        settle(); // Handlers hear of it in a task of their own.
    }

    /** Returns when the event loops have done what they had to do. */
    void settle() throws InterruptedException {
        reader.eventLoop().submit(() -> {}).sync();
        writer.eventLoop().submit(() -> {}).sync();
        reader.eventLoop().submit(() -> {}).sync();
    }

    static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() throws IOException {
        reader.close().syncUninterruptibly();
        if (writer.isOpen()) { // Its loop may have ended.
            writer.close().syncUninterruptibly();
        }
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        source.close();
        sink.close();
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct memory in use")
                .isZero();
    }
}
