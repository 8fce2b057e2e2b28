// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a daemon has done.
 *
 * @param seconds since it was opened
 * @param directions two for each pair
 */
public record Summary(double seconds, List<Way> directions) {
    /**
     * One direction of one pair.
     *
     * @param packets that arrived at the other device
     * @param dropped for whatever reason, on this way
     */
    public record Way(String from, String to, long packets, long bytes, long dropped) {
        static Way of(Direction direction) {
            return new Way(
                    direction.from().name(),
                    direction.to().name(),
                    direction.written().packetsWritten(),
                    direction.written().bytesWritten(),
                    direction.dropped());
        }
    }

    static Summary of(List<Forwarder> forwarders, Duration time) {
        return new Summary(
                time.toMillis() / 1e3,
                forwarders.stream()
                        .flatMap(forwarder -> forwarder.directions().stream())
                        .map(Way::of)
                        .toList());
    }

    /** Lines for people. @param what "stopped" or "running" */
    public String toText(String what) {
        var text = new StringBuilder(String.format(Locale.ROOT, "tunloop: %s after %.1f s", what, seconds));
        for (Way way : directions) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n  %s -> %s: %,d packets, %,d bytes forwarded, %,d dropped",
                    way.from(),
                    way.to(),
                    way.packets(),
                    way.bytes(),
                    way.dropped()));
        }
        return text.toString();
    }
}
