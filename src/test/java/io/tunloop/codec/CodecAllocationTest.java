// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import io.tunloop.testing.Garbage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the steady state splitter and coalescer make no garbage: 45 packets a frame, and not one byte per packet. */
class CodecAllocationTest {
    private static final int FRAMES = 20_000;

    // Without Unsafe (JDK 24 on), Netty itself makes an object or two for a whole frame.
    private static final double LIMIT = PlatformDependent.hasUnsafe() ? 0.1 : 3.0;

    private ResourceLeakDetector.Level level;

    @BeforeEach
    void disableLeakDetection() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // Its records are garbage of their own.
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldAllocateNothingPerPacket() throws Exception {
        try (FramePath path = FramePath.splitAndCoalesce(GsoSplitter.Output.BATCHES)) {
            int packets = FRAMES * FramePath.PACKETS;
            assertThat(Garbage.bytesPerPacket(Thread.currentThread(), packets, () -> pass(path)))
                    .isLessThan(LIMIT);
        }
    }

    private static void pass(FramePath path) {
        for (int i = 0; i < FRAMES; i++) {
            path.pass();
        }
    }
}
