// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * What code that has been compiled leaves to the garbage collector.
 *
 * <p>Where Netty does without Unsafe (JDK 24 on), it wraps a buffer to ask for its address, which C2 makes go away, and the
 * compilers before it do not. So the code runs until it makes none, or for {@link #MAX_ROUNDS}.
 */
public final class Garbage {
    private static final int MAX_ROUNDS = 50;
    private static final double ENOUGH = 0.1; // What the JVM itself makes now and then.
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Garbage() {}

    /** Part of what is measured. */
    @FunctionalInterface
    public interface Round {
        /** Handles at least so many packets. */
        void run() throws Exception;
    }

    /** The bytes for a packet that the threads made together, of the round in which they made the least. */
    public static double bytesPerPacket(List<Thread> threads, int packets, Round round) throws Exception {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < MAX_ROUNDS && least >= ENOUGH; i++) {
            long before = allocatedBytes(threads);
            round.run();
            least = Math.min(least, (allocatedBytes(threads) - before) / (double) packets);
        }
        return least;
    }

    private static long allocatedBytes(List<Thread> threads) {
        return threads.stream()
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.getId()))
                .sum();
    }
}
