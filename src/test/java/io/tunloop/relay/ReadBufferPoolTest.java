// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadBufferPoolTest {
    private static final int BUFFER_BYTES = 1_500;
    private static final int MAX_BUFFERS = 4;

    private final UnpooledByteBufAllocator parent = new UnpooledByteBufAllocator(true);
    private final ReadBufferPool pool = new ReadBufferPool(parent, BUFFER_BYTES, MAX_BUFFERS);

    @AfterEach
    void shouldKeepNothing() {
        pool.close();
        assertThat(parent.metric().usedDirectMemory()).isZero();
        assertThat(parent.metric().usedHeapMemory()).isZero();
    }

    private ByteBuf take() {
        return pool.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
    }

    @Test
    void shouldGiveAReleasedBufferAgainAndEmpty() {
        ByteBuf first = take().writeLong(1);
        first.readInt();
        assertThat(first.release()).as("freed").isFalse();

        ByteBuf again = take();

        assertThat(again).isSameAs(first);
        assertThat(again.readerIndex()).isZero();
        assertThat(again.writerIndex()).isZero();
        again.release();
        assertThat(pool.size()).isEqualTo(1);
    }

    @Test
    void shouldGiveBuffersAgainInTheOrderInWhichTheyCameBack() {
        ByteBuf[] buffers = {take(), take(), take()};
        assertThat(pool.size()).isEqualTo(3);
        buffers[0].release();
        buffers[1].release();

        assertThat(take()).isSameAs(buffers[0]);
        assertThat(take()).isSameAs(buffers[1]);

        for (ByteBuf buffer : buffers) {
            buffer.release();
        }
    }

    @Test
    void shouldPassOverABufferThatStaysInUse() {
        ByteBuf kept = take();
        ByteBuf released = take();
        released.release();

        for (int i = 0; i < 100; i++) {
            ByteBuf again = take();
            assertThat(again).isSameAs(released);
            again.release();
        }

        assertThat(pool.size()).isEqualTo(2);
        kept.release();
    }

    @Test
    void shouldTakeOneMoreWhenAllAreInUse() {
        ByteBuf[] inUse = {take(), take()};

        ByteBuf more = take();

        assertThat(more).isNotSameAs(inUse[0]).isNotSameAs(inUse[1]);
        assertThat(pool.size()).isEqualTo(3);
        more.release();
        for (ByteBuf buffer : inUse) {
            buffer.release();
        }
    }

    @Test
    void shouldLeaveBuffersAboveTheLimitToTheParent() {
        ByteBuf[] buffers = {take(), take(), take(), take()};

        ByteBuf above = take();

        assertThat(above.capacity()).isEqualTo(BUFFER_BYTES);
        assertThat(pool.size()).isEqualTo(MAX_BUFFERS);
        assertThat(above.release()).as("freed").isTrue();
        for (ByteBuf buffer : buffers) {
            assertThat(buffer.release()).as("freed").isFalse();
        }
    }

    @Test
    void shouldLeaveOtherSizesToTheParent() {
        ByteBuf[] others = {
            pool.directBuffer(BUFFER_BYTES - 1, BUFFER_BYTES),
            pool.directBuffer(BUFFER_BYTES, BUFFER_BYTES + 1),
            pool.heapBuffer(BUFFER_BYTES, BUFFER_BYTES)
        };

        assertThat(pool.size()).isZero();
        for (ByteBuf other : others) {
            assertThat(other.release()).as("freed").isTrue();
        }
    }

    @Test
    void shouldFreeWhatIsInUseWhenItIsReleasedAfterTheEnd() {
        ByteBuf inUse = take();

        pool.close();

        assertThat(inUse.refCnt()).isEqualTo(1);
        assertThat(inUse.release()).as("freed").isTrue();
    }

    /** Buffers that queue up, and come back in order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNeverGiveABufferThatIsInUse(long seed) {
        var random = new Random(seed);
        var queued = new ArrayDeque<ByteBuf>();
        for (int i = 0; i < 10_000; i++) {
            if (queued.size() < MAX_BUFFERS + 2 && random.nextBoolean()) {
                ByteBuf buffer = take();
                assertThat(queued).as("step %d of seed %d", i, seed).noneMatch(other -> other == buffer);
                queued.add(buffer);
            } else if (!queued.isEmpty()) {
                queued.remove().release();
            }
            assertThat(pool.size()).isLessThanOrEqualTo(MAX_BUFFERS);
        }
        queued.forEach(ByteBuf::release);
        assertThat(pool.size()).isEqualTo(MAX_BUFFERS);
    }
}
