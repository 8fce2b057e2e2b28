// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packets that wait anywhere between two devices when the relay is stopped, or when one end is closed: all that was read
 * arrives once and in order, or is released, and the relay says when. What waits, and where, is random.
 */
@Timeout(600)
class QueuedRelayStressTest {
    private static final int MAX_CAPACITY = 8;
    private static final int MAX_ACTIONS = 200;
    private static final int FEW_STOPS = 10;
    private static final int MANY_STOPS = 500;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private Random random;
    private String what;
    private TwoChannels channels;
    private QueuedRelay relay;
    private int sent;
    private int received;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldLoseNothingWhenStopped(long seed) throws Exception {
        stop(seed, FEW_STOPS, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void shouldStopWhenTheWriterCloses(long seed) throws Exception {
        stop(seed, FEW_STOPS, true);
    }

    @Test
    @Tag("stress")
    void shouldLoseNothingWhenStoppedManyTimes() throws Exception {
        stop(System.nanoTime(), MANY_STOPS, false);
    }

    @Test
    @Tag("stress")
    void shouldStopWhenTheWriterClosesManyTimes() throws Exception {
        stop(System.nanoTime(), MANY_STOPS, true);
    }

    private void stop(long seed, int times, boolean close) throws Exception {
        System.out.println("seed " + seed);
        random = new Random(seed);
        for (int i = 0; i < times; i++) {
            what = "stop " + i + " of seed " + seed;
            try (TwoChannels opened = new TwoChannels(1 + random.nextInt(2))) {
                open(opened);
                act(random.nextInt(MAX_ACTIONS));
                if (close) {
                    stopAndClose();
                } else {
                    stopAndReceive();
                }
            }
        }
    }

    private void open(TwoChannels opened) {
        channels = opened;
        sent = 0;
        received = 0;
        int capacity = 1 + random.nextInt(MAX_CAPACITY);
        relay = new QueuedRelay(opened.writer(), new QueueConfig(capacity, 1 << 20, QueueFull.BLOCK));
        opened.reader().pipeline().addLast(relay);
        opened.reader().config().setAutoRead(true);
    }

    /** What the hosts and the kernel may do meanwhile. */
    private void act(int actions) throws Exception {
        for (int i = 0; i < actions; i++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> send();
                case 4, 5 -> receive();
                case 6 -> channels.setWritable(random.nextBoolean());
                default -> channels.settle();
            }
        }
    }

    private void send() throws IOException {
        if (channels.source().offer(TwoChannels.packet(sent))) {
            sent++;
        }
    }

    private void receive() throws IOException {
        byte[] packet = channels.sink().poll();
        if (packet != null) {
            assertThat(packet).as(what).isEqualTo(TwoChannels.packet(received));
            received++;
        }
    }

    private void stopAndReceive() throws Exception {
        Future<Void> stopped = channels.reader().eventLoop().submit(relay::stop).get();
        act(random.nextInt(10));
        channels.setWritable(true);
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!stopped.isDone() || received < read()) {
            receive();
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
        }
        send();
        channels.settle();
        receive();
        assertThat(received).as(what).isEqualTo((int) read());
        assertThat(relay.depth()).as(what).isZero();
        assertThat(relay.dropped()).as(what).isZero();
        assertThat(channels.reader().config().isAutoRead()).as(what).isFalse();
    }

    /** What cannot be written any more is released, as {@link TwoChannels#close} finds out. */
    private void stopAndClose() throws Exception {
        Future<Void> stopped = channels.reader().eventLoop().submit(relay::stop).get();
        act(random.nextInt(10));
        channels.writer().close().sync();
        assertThat(stopped.await(PATIENCE_NS, TimeUnit.NANOSECONDS)).as(what).isTrue();
        assertThat(relay.depth()).as(what).isZero();
    }

    private long read() {
        return channels.reader().counters().packetsRead();
    }
}
