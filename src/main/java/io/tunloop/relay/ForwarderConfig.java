// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.buffer.ByteBufAllocator;
import io.tunloop.channel.TunChannelConfig;
import io.tunloop.device.TunDeviceConfig;
import java.util.Objects;

/**
 * What a {@link Forwarder} shall do.
 *
 * @param mode the way packets move
 * @param device1 the first device; its offloads are the mode's choice
 * @param device2 the second device; its offloads are the mode's choice
 * @param threads event loops, of a concurrent mode for each direction; 0 for the mode's own number
 * @param readBatch packets read, handled and flushed together; 0 for the mode's own number
 * @param allocator where the channels' buffers come from
 * @param queue the bounds of the queues of a mode that has them
 */
public record ForwarderConfig(
        ForwardMode mode,
        TunDeviceConfig device1,
        TunDeviceConfig device2,
        int threads,
        int readBatch,
        ByteBufAllocator allocator,
        QueueConfig queue) {
    /**
     * Packets that may wait for a device to be read, as the command line sets it unless told otherwise. So many fill the
     * receive window that Linux gives a TCP connection by default: with less it loses packets before the window stops it.
     */
    public static final int DEFAULT_TX_QUEUE_LENGTH = 4000;

    /** A way there and a way back. */
    static final int DIRECTIONS = 2;

    /** The most queues of a device. Source: linux/drivers/net/tun.c, MAX_TAP_QUEUES. */
    private static final int MAX_LANES = 256;

    /** Small packets want large batches: a batch is one system call, and 32 are still only 48 KiB. */
    private static final int PLAIN_READ_BATCH = 32;

    /** A frame is made of packets of one batch: it takes 45 to fill one, and other flows have theirs in between. */
    private static final int MERGE_READ_BATCH = 64;

    /** Checks what single values cannot. */
    public ForwarderConfig {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(device1, "device1");
        Objects.requireNonNull(device2, "device2");
        Objects.requireNonNull(allocator, "allocator");
        Objects.requireNonNull(queue, "queue");
        if (!device1.name().isEmpty() && device1.name().equals(device2.name())) {
            throw new IllegalArgumentException("both devices have the name " + device1.name() + ": choose two");
        }
        if (device1.tap() || device2.tap()) {
            mode.requireNoEthernetFrames("tap devices carry");
        }
        if (threads != 0) {
            requireValidThreads(mode, threads);
        }
        if (readBatch < 0 || readBatch > TunChannelConfig.MAX_READ_BATCH) {
            throw new IllegalArgumentException(
                    "readBatch must be 1.." + TunChannelConfig.MAX_READ_BATCH + ": " + readBatch);
        }
    }

    private static void requireValidThreads(ForwardMode mode, int threads) {
        if (mode.concurrent()) {
            require(threads >= 2 && threads <= MAX_LANES, mode, "2.." + MAX_LANES + ", for each direction", threads);
        } else if (mode.isQueued()) {
            require(
                    threads == 1 || threads == 2 || threads == 4,
                    mode,
                    "1, 2 or 4: for all, for each direction, or for each end of each queue",
                    threads);
        } else {
            require(threads == 1 || threads == 2, mode, "1..2, one for each direction at most", threads);
        }
    }

    private static void require(boolean valid, ForwardMode mode, String rule, int threads) {
        if (!valid) {
            throw new IllegalArgumentException("threads must be " + rule + ", in mode " + mode.name() + ": " + threads);
        }
    }

    /** A builder with the defaults. */
    public static Builder builder(ForwardMode mode) {
        return new Builder(mode);
    }

    /** The queues of each device: each has its own way there and back. */
    int lanes() {
        return mode.concurrent() ? modeThreads() : 1;
    }

    int effectiveThreads() {
        return mode.concurrent() ? DIRECTIONS * modeThreads() : modeThreads();
    }

    private int modeThreads() {
        return threads == 0 ? mode.threads() : threads;
    }

    int effectiveReadBatch() {
        if (readBatch != 0) {
            return readBatch;
        }
        return switch (mode.offload()) {
            case NONE -> PLAIN_READ_BATCH;
            case MERGE -> MERGE_READ_BATCH;
            // Each lane has buffers of its own for frames of 64 KiB.
            case SPLIT, WHOLE ->
                mode.concurrent() ? TunChannelConfig.DEFAULT_READ_BATCH / 2 : TunChannelConfig.DEFAULT_READ_BATCH;
        };
    }

    /** Collects the values; {@link #build} checks them. Each method is named for the record's component. */
    public static final class Builder {
        private final ForwardMode mode;
        private TunDeviceConfig device1 = TunDeviceConfig.builder().build();
        private TunDeviceConfig device2 = TunDeviceConfig.builder().build();
        private int threads;
        private int readBatch;
        private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        private QueueConfig queue = QueueConfig.DEFAULT;

        private Builder(ForwardMode mode) {
            this.mode = Objects.requireNonNull(mode, "mode");
        }

        /** The first device; its offloads are replaced by those of the mode. */
        public Builder device1(TunDeviceConfig device1) {
            this.device1 = Objects.requireNonNull(device1, "device1");
            return this;
        }

        /** The second device; its offloads are replaced by those of the mode. */
        public Builder device2(TunDeviceConfig device2) {
            this.device2 = Objects.requireNonNull(device2, "device2");
            return this;
        }

        /** Event loops; 0 (default) for the mode's own number. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** Packets read, handled and flushed together; 0 (default) for the mode's own number. */
        public Builder readBatch(int packets) {
            readBatch = packets;
            return this;
        }

        /** Where the channels' buffers come from; by default Netty's. */
        public Builder allocator(ByteBufAllocator allocator) {
            this.allocator = Objects.requireNonNull(allocator, "allocator");
            return this;
        }

        /** The bounded queue of the modes that have one; by default {@link QueueConfig#DEFAULT}. */
        public Builder queue(QueueConfig queue) {
            this.queue = Objects.requireNonNull(queue, "queue");
            return this;
        }

        /** Throws IllegalArgumentException with the rule that a value breaks. */
        public ForwarderConfig build() {
            return new ForwarderConfig(mode, device1, device2, threads, readBatch, allocator, queue);
        }
    }
}
