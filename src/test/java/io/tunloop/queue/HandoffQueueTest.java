// SPDX-License-Identifier: Apache-2.0
package io.tunloop.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A queue of numbers that weigh what they are. */
class HandoffQueueTest {
    private static HandoffQueue<Integer> queue(int capacity, long maxBytes) {
        return new HandoffQueue<>(capacity, maxBytes, Integer::intValue);
    }

    private static List<Integer> drain(HandoffQueue<Integer> queue, int limit) {
        var taken = new ArrayList<Integer>();
        assertThat(queue.drain((element, bytes) -> taken.add(element), limit)).isEqualTo(taken.size());
        return taken;
    }

    @Test
    void shouldGiveElementsInOrder() {
        HandoffQueue<Integer> queue = queue(8, 100);
        for (int i = 1; i <= 5; i++) {
            assertThat(queue.offer(i)).isTrue();
        }

        assertThat(drain(queue, 3)).containsExactly(1, 2, 3);
        assertThat(drain(queue, 3)).containsExactly(4, 5);
        assertThat(drain(queue, 3)).isEmpty();
    }

    @Test
    void shouldRefuseIffItHoldsItsCapacity() {
        HandoffQueue<Integer> queue = queue(3, 100);
        assertThat(queue.offer(1)).isTrue();
        assertThat(queue.offer(1)).isTrue();
        assertThat(queue.offer(1)).isTrue();

        assertThat(queue.offer(1)).isFalse();
        assertThat(drain(queue, 1)).hasSize(1);
        assertThat(queue.offer(1)).isTrue();
        assertThat(queue.offer(1)).isFalse();
    }

    @Test
    void shouldRefuseIffItsBytesWouldExceedTheirLimit() {
        HandoffQueue<Integer> queue = queue(100, 10);
        assertThat(queue.offer(4)).isTrue();
        assertThat(queue.offer(4)).isTrue();

        assertThat(queue.offer(3)).isFalse();
        assertThat(queue.offer(2)).isTrue();
        assertThat(queue.bytes()).isEqualTo(10);
        assertThat(queue.offer(1)).isFalse();
        assertThat(queue.offer(0)).isTrue();
    }

    @Test
    void shouldTakeAnElementLargerThanItsLimitWhenEmpty() {
        HandoffQueue<Integer> queue = queue(100, 10);

        assertThat(queue.offer(11)).isTrue();
        assertThat(queue.offer(1)).isFalse();
        assertThat(drain(queue, 1)).containsExactly(11);
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void shouldTellDepthAndBytes() {
        HandoffQueue<Integer> queue = queue(8, 100);
        queue.offer(5);
        queue.offer(7);
        assertThat(queue.depth()).isEqualTo(2);
        assertThat(queue.bytes()).isEqualTo(12);
        assertThat(queue.isEmpty()).isFalse();

        drain(queue, 1);
        assertThat(queue.depth()).isEqualTo(1);
        assertThat(queue.bytes()).isEqualTo(7);

        drain(queue, 1);
        assertThat(queue.depth()).isZero();
        assertThat(queue.bytes()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void shouldGiveBackTheRoomThatAnElementTookWhateverItWeighsLater() {
        var weight = new AtomicInteger(5);
        var queue = new HandoffQueue<String>(3, 100, element -> weight.get());
        for (int i = 0; i < 10; i++) {
            weight.set(i);
            queue.offer("element");
            weight.set(50);
            int offered = i;
            assertThat(queue.drain((element, bytes) -> assertThat(bytes).isEqualTo(offered), 1))
                    .isEqualTo(1);
            assertThat(queue.bytes()).isZero();
        }
    }

    @Test
    void shouldFillAgainWhenSeenFromTheSink() {
        HandoffQueue<Integer> queue = queue(2, 100);
        queue.offer(1);
        queue.offer(2);

        // The sink sees the element it has got as taken.
        assertThat(queue.drain((element, bytes) -> assertThat(queue.depth()).isEqualTo(2 - element), 2))
                .isEqualTo(2);
    }

    @Test
    void shouldRejectBoundsBelowOne() {
        assertThatThrownBy(() -> queue(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity must be at least 1: 0");
        assertThatThrownBy(() -> queue(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBytes must be at least 1: 0");
    }
}
