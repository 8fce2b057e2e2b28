// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.PlatformDependent;
import io.tunloop.testing.Garbage;
import io.tunloop.testing.WithoutLeakDetection;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the steady state splitter and coalescer make no garbage: 45 packets a frame, and not one byte per packet. */
@ExtendWith(WithoutLeakDetection.class)
class CodecAllocationTest {
    private static final int FRAMES = 20_000;

    // Without Unsafe (JDK 24 on), Netty itself makes an object or two for a whole frame.
    private static final double LIMIT = PlatformDependent.hasUnsafe() ? 0.1 : 3.0;

    @Test
    void shouldAllocateNothingPerPacket() throws Exception {
        try (FramePath path = FramePath.splitAndCoalesce(GsoSplitter.Output.BATCHES)) {
            int packets = FRAMES * FramePath.PACKETS;
            assertThat(Garbage.bytesPerPacket(List.of(Thread.currentThread()), packets, () -> pass(path)))
                    .isLessThan(LIMIT);
        }
    }

    @Test
    void shouldAllocateNothingPerPacketThatIsEncapsulated() throws Exception {
        // Netty recycles slices for threads of its own only, as those of event loops are.
        var garbage = new FutureTask<>(() -> {
            try (FramePath path = FramePath.splitAndEncapsulate(20, 16)) {
                int packets = FRAMES * FramePath.PACKETS;
                return Garbage.bytesPerPacket(List.of(Thread.currentThread()), packets, () -> pass(path));
            }
        });
        new FastThreadLocalThread(garbage).start();
        assertThat(garbage.get()).isLessThan(LIMIT);
    }

    private static void pass(FramePath path) {
        for (int i = 0; i < FRAMES; i++) {
            path.pass();
        }
    }
}
