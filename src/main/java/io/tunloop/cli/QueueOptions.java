// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.QueueConfig;
import io.tunloop.relay.QueueFull;
import picocli.CommandLine.Option;

/** The bounds of the queue of a mode that has one. */
final class QueueOptions {
    @Option(
            names = "--queue-capacity",
            paramLabel = "PACKETS",
            description = "Packets that wait between reading and writing (" + QueueConfig.DEFAULT_CAPACITY
                    + "); their buffers take 4 MiB at most.")
    private Integer capacity;

    @Option(
            names = "--queue-full",
            paramLabel = "POLICY",
            description = "block (default): read no more; drop: lose the newest packet.")
    private QueueFull full;

    /** Throws IllegalArgumentException for bounds of a queue that the mode does not have. */
    QueueConfig config(ForwardMode mode) {
        if (!mode.isQueued() && (capacity != null || full != null)) {
            throw new IllegalArgumentException((capacity != null ? "queue-capacity" : "queue-full")
                    + " needs a queue, which mode " + mode.name() + " does not have: choose handoff queue or pooled");
        }
        return new QueueConfig(
                capacity == null ? QueueConfig.DEFAULT_CAPACITY : capacity,
                QueueConfig.DEFAULT_MAX_BYTES,
                full == null ? QueueFull.BLOCK : full);
    }
}
