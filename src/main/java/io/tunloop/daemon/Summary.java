// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.tunloop.relay.Direction;
import io.tunloop.relay.DropReason;
import io.tunloop.relay.Forwarder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

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
     * @param packets that the other device took, frames where there are any
     * @param read wire packets read, or frames in a mode that does not split them; as {@code written}, {@code dropped}
     * @param written once nothing is under way, what was read and not dropped
     * @param dropped for whatever reason, on this way
     * @param droppedBy the same for each reason
     */
    public record Way(
            String from,
            String to,
            long packets,
            long bytes,
            long read,
            long written,
            long dropped,
            Map<String, Long> droppedBy) {
        static Way of(Direction direction) {
            return new Way(
                    direction.from().name(),
                    direction.to().name(),
                    direction.written().packetsWritten(),
                    direction.written().bytesWritten(),
                    direction.segmentsRead(),
                    direction.segmentsWritten(),
                    direction.dropped(),
                    droppedBy(direction));
        }

        private static Map<String, Long> droppedBy(Direction direction) {
            var packets = new LinkedHashMap<String, Long>();
            for (DropReason reason : DropReason.values()) {
                packets.put(reason.label(), direction.dropped(reason));
            }
            return packets;
        }

        /** Like " (invalid 3, refused 1)"; empty when nothing was lost. */
        private String reasons() {
            String text = droppedBy.entrySet().stream()
                    .filter(reason -> reason.getValue() > 0)
                    .map(reason -> String.format(Locale.ROOT, "%s %,d", reason.getKey(), reason.getValue()))
                    .collect(Collectors.joining(", "));
            return text.isEmpty() ? "" : " (" + text + ")";
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
                    "%n  %s -> %s: %,d packets, %,d bytes forwarded, %,d dropped%s",
                    way.from(),
                    way.to(),
                    way.packets(),
                    way.bytes(),
                    way.dropped(),
                    way.reasons()));
        }
        return text.toString();
    }
}
