// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Sums over all that reads or writes one device of a forwarder: a device of several queues has several directions.
 *
 * Thread: any.
 */
public final class DeviceTotals {
    private final List<Direction> reading;
    private final List<Direction> writing;

    /** @param device the name that it was opened with */
    public DeviceTotals(Forwarder forwarder, String device) {
        reading = select(forwarder, direction -> direction.from().name().equals(device));
        writing = select(forwarder, direction -> direction.to().name().equals(device));
    }

    private static List<Direction> select(Forwarder forwarder, Predicate<Direction> condition) {
        return forwarder.directions().stream().filter(condition).toList();
    }

    /** The names of both devices. */
    public static List<String> devices(Forwarder forwarder) {
        Direction there = forwarder.directions().get(0);
        return List.of(there.from().name(), there.to().name());
    }

    /** The sum over what reads from the device. */
    public long read(ToLongFunction<Direction> value) {
        return reading.stream().mapToLong(value).sum();
    }

    /** The sum over what writes to the device. */
    public long written(ToLongFunction<Direction> value) {
        return writing.stream().mapToLong(value).sum();
    }
}
