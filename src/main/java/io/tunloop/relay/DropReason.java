// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import java.util.Locale;
import java.util.function.ToLongFunction;

/** Why a {@link Direction} loses packets. Each belongs to the device that was read or to the one to write to. */
public enum DropReason {
    /** Longer than the read buffer, because the MTU grew while the device was open. */
    OVERSIZE(way -> way.read().droppedOversize(), DropReason::none),
    /** A frame read makes no sense, or the kernel takes what is written for malformed. */
    INVALID(Direction::droppedInvalid, way -> way.written().droppedInvalid()),
    /** The link of the device to write to was down. */
    DEVICE_DOWN(DropReason::none, way -> way.written().droppedDeviceDown()),
    /** The kernel had no room or no memory; or a handler of your own made something of it that no device takes. */
    REFUSED(DropReason::none, way -> way.written().droppedRefused() + way.droppedRefused()),
    /** The queue between the reading and the writing event loop was full. */
    QUEUE_FULL(DropReason::none, Direction::droppedQueueFull),
    /** Not written when the forwarder, or one of its channels, was closed. */
    SHUTDOWN(DropReason::none, Direction::droppedShutdown);

    private final ToLongFunction<Direction> fromReader;
    private final ToLongFunction<Direction> toWriter;

    DropReason(ToLongFunction<Direction> fromReader, ToLongFunction<Direction> toWriter) {
        this.fromReader = fromReader;
        this.toWriter = toWriter;
    }

    private static long none(Direction way) {
        return 0;
    }

    /** As in metrics and summaries, like {@code queue_full}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The packets lost for this reason that belong to the device read. */
    public long atReader(Direction way) {
        return fromReader.applyAsLong(way);
    }

    /** The packets lost for this reason that belong to the device written to. */
    public long atWriter(Direction way) {
        return toWriter.applyAsLong(way);
    }
}
