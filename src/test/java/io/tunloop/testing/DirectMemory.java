// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** The memory of direct buffers, which the garbage collector frees. */
public final class DirectMemory {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    private DirectMemory() {}

    /** The bytes in use when all that is dropped by now is freed. */
    public static long usedBytesAfterCollection() {
        collect();
        collect(); // What the first one has freed may have kept more alive.
        return pool().getMemoryUsed();
    }

    /** Returns when a buffer that nobody has is gone, and those that went with it. */
    private static void collect() {
        long before = pool().getCount();
        ByteBuffer.allocateDirect(1);
        long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        while (pool().getCount() > before) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("nothing is collected");
            }
            System.gc();
            Thread.onSpinWait();
        }
    }

    private static BufferPoolMXBean pool() {
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                return pool;
            }
        }
        throw new AssertionError("this JVM does not count its direct buffers");
    }
}
