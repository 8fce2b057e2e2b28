// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLoopMetricsTest {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final SingleThreadEventExecutor loop = (SingleThreadEventExecutor) group.next();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldTellThatALoopIsStuckAndWhatWaitsForIt() throws Exception {
        try (var metrics = new EventLoopMetrics(List.of(loop), Tags.empty())) {
            metrics.bindTo(registry);
            var release = new CountDownLatch(1);
            var stuck = new CountDownLatch(1);
            loop.execute(() -> await(stuck, release));
            stuck.await();
            loop.execute(() -> {});
            loop.execute(() -> {});

            assertThat(registry.get("tunloop.eventloop.pending")
                            .tag("loop", "0")
                            .gauge()
                            .value())
                    .isEqualTo(2);
            awaitSilence(metrics, TimeUnit.MILLISECONDS.toNanos(1500));
            release.countDown();
            Timer lag = registry.get("tunloop.eventloop.lag").tag("loop", "0").timer();
            // One from before the loop got stuck may have been timed too.
            while (lag.max(TimeUnit.MILLISECONDS) < 300) {
                Thread.onSpinWait();
            }
            assertThat(lag.max(TimeUnit.MILLISECONDS)).isBetween(300.0, 5000.0);
            assertThat(metrics.silenceNs()).isLessThan(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void shouldCloseAfterItsLoopHasEnded() {
        var metrics = new EventLoopMetrics(List.of(loop), Tags.empty());
        metrics.bindTo(registry);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        metrics.close();
    }

    private static void awaitSilence(EventLoopMetrics metrics, long silenceNs) {
        while (metrics.silenceNs() < silenceNs) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch stuck, CountDownLatch release) {
        stuck.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
