// SPDX-License-Identifier: Apache-2.0
package io.tunloop.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** A drain whose executors are lists of tasks that the test runs. */
class DrainTest {
    private final Queue<Runnable> woken = new ArrayDeque<>();
    private final Queue<Runnable> yielded = new ArrayDeque<>();
    private final Counter work = new Counter();
    private final Drain drain = new Drain(woken::add, yielded::add, work);

    /** Does one unit of work a step. */
    private static final class Counter implements Drain.Work {
        private int todo;
        private int steps;
        private int abandoned;
        private Runnable afterStep = () -> {};

        @Override
        public boolean step() {
            steps++;
            todo = Math.max(0, todo - 1);
            boolean more = isReady();
            afterStep.run();
            return more;
        }

        @Override
        public boolean isReady() {
            return todo > 0;
        }

        @Override
        public void abandoned() {
            abandoned++;
        }
    }

    @Test
    void shouldWakeTheConsumerOnceForManySignals() {
        work.todo = 1;
        drain.signal();
        drain.signal();
        drain.signal();
        assertThat(woken).hasSize(1);

        woken.remove().run();
        assertThat(work.steps).isEqualTo(1);
        assertThat(woken).isEmpty();
        assertThat(yielded).isEmpty();
    }

    @Test
    void shouldWakeItAgainWhenItHasFallenAsleep() {
        work.todo = 1;
        drain.signal();
        woken.remove().run();
        work.todo = 1;

        drain.signal();

        assertThat(woken).hasSize(1);
    }

    @Test
    void shouldLetOtherWorkOfItsExecutorGoFirstWhileThereIsMore() {
        work.todo = 2;
        drain.signal();
        woken.remove().run();

        assertThat(yielded).hasSize(1);
        drain.signal();
        assertThat(woken).as("it is awake").isEmpty();
        yielded.remove().run();
        assertThat(work.steps).isEqualTo(2);
        assertThat(yielded).isEmpty();
    }

    @Test
    void shouldNotMissWorkThatCameBetweenTheLastStepAndSleep() {
        work.todo = 1;
        work.afterStep = () -> {
            work.todo = 1; // A producer, whose signal finds the token taken.
            drain.signal();
            work.afterStep = () -> {};
        };
        drain.signal();

        woken.remove().run();

        assertThat(woken).hasSize(1);
        woken.remove().run();
        assertThat(work.todo).isZero();
    }

    @Test
    void shouldStepAtOnceWhenSignalledFromTheConsumersThread() {
        work.todo = 1;

        drain.signalHere();

        assertThat(work.steps).isEqualTo(1);
        assertThat(woken).isEmpty();
    }

    @Test
    void shouldGoOnAfterAStepThatThrows() {
        work.todo = 2;
        work.afterStep = () -> {
            throw new IllegalStateException("a step");
        };
        drain.signal();
        Runnable first = woken.remove();
        assertThatThrownBy(first::run).hasMessage("a step");
        work.afterStep = () -> {};

        assertThat(yielded).hasSize(1);
        yielded.remove().run();
        assertThat(work.todo).isZero();
        work.todo = 1;
        drain.signal();
        assertThat(woken).as("it has fallen asleep").hasSize(1);
    }

    @Test
    void shouldAbandonTheWorkWhenATaskThatWasTakenIsCancelled() {
        work.todo = 2;
        drain.signalHere();
        assertThat(yielded).hasSize(1);

        drain.abandon();
        drain.signal();

        assertThat(work.abandoned).isEqualTo(2);
        assertThat(work.steps).isEqualTo(1);
    }

    @Test
    void shouldAbandonTheWorkWhenTheExecutorIsShutDown() {
        var dead = new Drain(
                task -> {
                    throw new RejectedExecutionException();
                },
                yielded::add,
                work);
        work.todo = 1;

        dead.signal();
        assertThat(work.abandoned).isEqualTo(1);

        dead.signal();
        assertThat(work.abandoned).as("what is offered later").isEqualTo(2);
        assertThat(work.steps).isZero();
    }
}
