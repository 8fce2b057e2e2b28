// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many packets the batches of a channel had, in classes that double.
 *
 * <pre>
 * class        0   1    2     3      4       5        6          7
 * packets      1   2   3..4  5..8  9..16  17..32  33..64  65 and more
 * </pre>
 * Thread: written by the channel's event loop only, once a batch and without a fence; read by any thread.
 */
public final class BatchSizes {
    /** The number of classes. */
    public static final int CLASSES = 8;

    private static final VarHandle BATCHES = MethodHandles.arrayElementVarHandle(long[].class);

    // Written with opaque stores, so that other threads see whole values.
    private final long[] batches = new long[CLASSES];

    BatchSizes() {}

    /** The most packets of a batch of this class; of the last one {@code Integer.MAX_VALUE}. */
    public static int maxPackets(int sizeClass) {
        return sizeClass == CLASSES - 1 ? Integer.MAX_VALUE : 1 << sizeClass;
    }

    /** The batches of this class. */
    public long batches(int sizeClass) {
        return (long) BATCHES.getOpaque(batches, sizeClass);
    }

    /** The batches of all classes. */
    public long total() {
        long total = 0;
        for (int i = 0; i < CLASSES; i++) {
            total += batches(i);
        }
        return total;
    }

    /** @param packets at least 1 */
    void add(int packets) {
        int sizeClass = Math.min(Integer.SIZE - Integer.numberOfLeadingZeros(packets - 1), CLASSES - 1);
        BATCHES.setOpaque(batches, sizeClass, batches[sizeClass] + 1);
    }
}
