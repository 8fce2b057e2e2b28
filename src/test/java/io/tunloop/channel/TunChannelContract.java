// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tunloop.device.TestDevices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every engine's channel has in common, over a socket pair. Its parts are {@link ReadContract},
 * {@link WriteContract} and {@link LifecycleContract}; an engine's test extends each of them once.
 *
 * <p>Each buffer of a test comes from one allocator, which has none in use when the test ends: nothing leaks.
 */
@Timeout(60)
abstract class TunChannelContract {
    static final int MTU = 1500;

    final TunTransport transport;
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    final Recorder recorder = new Recorder();
    private final List<TunChannel> channels = new ArrayList<>();
    MultiThreadIoEventLoopGroup loops;
    TestDevices peer;

    TunChannelContract(TunTransport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void openPeer() throws Exception {
        assumeTrue(transport.isAvailable(), () -> String.valueOf(transport.unavailabilityCause()));
        loops = new MultiThreadIoEventLoopGroup(2, transport.ioHandlerFactory());
        peer = TestDevices.open(MTU);
    }

    @AfterEach
    void closeAll() throws Exception {
        if (loops == null) {
            return;
        }
        // First the channels: a loop that ends without a quiet period may end before it has closed them.
        for (TunChannel channel : channels) {
            channel.close().awaitUninterruptibly();
        }
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        peer.close();
        recorder.release();
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct memory in use")
                .isZero();
        assertThat(allocator.metric().usedHeapMemory()).as("heap memory in use").isZero();
    }

    /** The device of the channels that are opened from now on. */
    final void usePeer(TestDevices other) throws IOException {
        peer.close();
        peer = other;
    }

    /** An open channel that records what comes. */
    final TunChannel open() {
        return open(config -> {}, recorder);
    }

    final TunChannel open(Consumer<TunChannelConfig> settings, ChannelHandler... handlers) {
        TunChannel channel = transport.newChannel(peer.device());
        channels.add(channel);
        channel.config().setAllocator(allocator);
        settings.accept(channel.config());
        channel.pipeline().addLast(handlers);
        loops.register(channel).syncUninterruptibly();
        // It becomes active behind that, and asks to read for the first time.
        channel.eventLoop().submit(() -> {}).syncUninterruptibly();
        return channel;
    }

    /** A direct buffer that holds a packet of this length, all of this value. */
    final ByteBuf packet(int lengthBytes, int value) {
        return allocator.directBuffer(lengthBytes).writeBytes(TestDevices.packet(lengthBytes, value));
    }

    /** Returns when the loop has done what it had to do by now, and has looked at its devices since. */
    static void onLoop(TunChannel channel) throws InterruptedException {
        channel.eventLoop().submit(() -> {}).sync();
        channel.eventLoop().submit(() -> {}).sync();
    }

    /** The bytes of the next packet that the recorder has got; releases it. */
    final byte[] nextRead() throws InterruptedException {
        ByteBuf packet = recorder.nextPacket();
        try {
            return ByteBufUtil.getBytes(packet);
        } finally {
            packet.release();
        }
    }
}
