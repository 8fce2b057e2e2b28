// SPDX-License-Identifier: Apache-2.0
package io.tunloop.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A producer and a consumer at full speed, and what must hold whoever is ahead. */
@Timeout(120)
class HandoffQueueStressTest {
    private static final int CAPACITY = 64;
    private static final int MAX_BYTES = 1000;

    private final HandoffQueue<Integer> queue = new HandoffQueue<>(CAPACITY, MAX_BYTES, element -> element % 100);

    @Test
    void shouldHandOverAllInOrder() throws Exception {
        run(200_000, 0);
    }

    /** @param spins that the consumer loses with each element */
    @ParameterizedTest
    @ValueSource(ints = {0, 20, 2000})
    @Tag("stress")
    void shouldHandOverAllInOrderForSeconds(int spins) throws Exception {
        run(spins == 2000 ? 300_000 : 5_000_000, spins);
    }

    private void run(int elements, int spins) throws Exception {
        var consumer = Executors.newSingleThreadExecutor();
        var expected = new AtomicInteger();
        var work = new Drain.Work() {
            @Override
            public boolean step() {
                queue.drain((element, bytes) -> take(element, expected, spins), CAPACITY / 2);
                return isReady();
            }

            @Override
            public boolean isReady() {
                return !queue.isEmpty();
            }

            @Override
            public void abandoned() {
                throw new AssertionError("the executor runs");
            }
        };
        var drain = new Drain(consumer, consumer, work);
        try {
            for (int i = 0; i < elements; i++) {
                offer(i, drain);
            }
            while (expected.get() < elements) {
                Thread.onSpinWait();
            }
            assertThat(queue.depth()).isZero();
            assertThat(queue.bytes()).isZero();
        } finally {
            consumer.shutdownNow();
        }
    }

    private void offer(int element, Drain drain) {
        while (!queue.offer(element)) {
            // A lost wake-up would hang here: nobody signals again for what is in the queue.
            Thread.onSpinWait();
        }
        drain.signal();
        assertThat(queue.depth()).isBetween(0, CAPACITY);
        assertThat(queue.bytes()).isBetween(0L, (long) MAX_BYTES);
    }

    private static void take(int element, AtomicInteger expected, int spins) {
        if (element == expected.get()) { // Else the producer waits in vain, and the test times out.
            expected.lazySet(element + 1);
        }
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
    }
}
