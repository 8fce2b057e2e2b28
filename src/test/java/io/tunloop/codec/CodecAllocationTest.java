// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the steady state splitter and coalescer make no garbage: 45 packets a frame, and not one byte per packet. */
class CodecAllocationTest {
    private static final int WARM_UP_FRAMES = 20_000;
    private static final int FRAMES = 20_000;

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
    void shouldAllocateNothingPerPacket() {
        try (FramePath path = FramePath.splitAndCoalesce(GsoSplitter.Output.BATCHES)) {
            pass(path, WARM_UP_FRAMES);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            pass(path, FRAMES);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat((double) allocated / (FRAMES * FramePath.PACKETS))
                    .as("bytes of garbage per packet")
                    .isLessThan(0.1);
        }
    }

    private static void pass(FramePath path, int frames) {
        for (int i = 0; i < frames; i++) {
            path.pass();
        }
    }
}
