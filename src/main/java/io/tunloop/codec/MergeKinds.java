// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.TimeUnit;

/**
 * Which kinds of merging the kernel takes. What a peer sends must not decide that for all others:
 *
 * <pre>
 * one is written              the kernel knows the kind, for good: a refusal later is about that packet, and only it is
 *                             written in parts
 * 3 refused, none written     off: the kernel does not know the kind, as one before 6.2 does not know UDP
 * a minute later              one more is tried: the three may have been a peer's doing, or the device's state
 * </pre>
 *
 * <p>A refusal costs one system call more than parts do at once.
 *
 * <p>Thread: the channel's event loop only.
 */
final class MergeKinds {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(GroCoalescer.class);
    private static final int REFUSALS = 3;
    private static final long PAUSE_NS = TimeUnit.MINUTES.toNanos(1);

    private final boolean[] off = new boolean[MergeKind.values().length];
    private final boolean[] known = new boolean[off.length];
    private final int[] refusals = new int[off.length];
    private final long[] offSinceNs = new long[off.length];
    private boolean anyOff;

    boolean isOn(MergeKind kind) {
        return !off[kind.ordinal()];
    }

    /** The kernel has taken a merged packet of this kind. */
    void written(MergeKind kind) {
        known[kind.ordinal()] = true;
    }

    /** The kernel has refused a merged packet of this kind. */
    void refused(MergeKind kind, long nowNs) {
        int i = kind.ordinal();
        if (known[i] || ++refusals[i] < REFUSALS) {
            return;
        }
        if (refusals[i] == REFUSALS) {
            LOGGER.warn("the kernel refuses merged packets of kind {}: they are written one by one from now on", kind);
        }
        off[i] = true;
        offSinceNs[i] = nowNs;
        anyOff = true;
    }

    /** True if there is something to {@link #retry}. */
    boolean isAnyOff() {
        return anyOff;
    }

    /** Lets those kinds be tried again that have been off for long enough. */
    void retry(long nowNs) {
        anyOff = false;
        for (int i = 0; i < off.length; i++) {
            off[i] &= nowNs - offSinceNs[i] < PAUSE_NS;
            anyOff |= off[i];
        }
    }
}
