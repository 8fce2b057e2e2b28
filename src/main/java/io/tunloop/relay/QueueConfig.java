// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import java.util.Objects;

/**
 * The bounds of the queue between a reading and a writing event loop; each direction has one of its own.
 *
 * @param capacity the most messages that wait, 1..{@link #MAX_CAPACITY}
 * @param maxBytes the most memory that they pin, in bytes, counted with the buffers' whole capacity and 256 B of
 *     objects for each; at least 1. One message always fits
 * @param full what becomes of a message that finds it full
 */
public record QueueConfig(int capacity, long maxBytes, QueueFull full) {
    /** Messages: a few milliseconds of packets at full speed. */
    public static final int DEFAULT_CAPACITY = 2048;

    /** The most that can be asked for: more would be seconds of delay. */
    public static final int MAX_CAPACITY = 1 << 20;

    /** 2048 plain packets fit; of 64 KiB frames about fifty, where 2048 of them would pin 160 MiB. */
    public static final long DEFAULT_MAX_BYTES = 4 << 20;

    /** The defaults. */
    public static final QueueConfig DEFAULT = new QueueConfig(DEFAULT_CAPACITY, DEFAULT_MAX_BYTES, QueueFull.BLOCK);

    /** Throws IllegalArgumentException with the rule that a value breaks. */
    public QueueConfig {
        Objects.requireNonNull(full, "full");
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("queue capacity must be 1.." + MAX_CAPACITY + ": " + capacity);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("queue bytes must be at least 1: " + maxBytes);
        }
    }

    /** The most buffers of this size that may wait. */
    int buffers(int bufferBytes) {
        return (int) Math.min(capacity, Math.max(1, maxBytes / bufferBytes));
    }
}
