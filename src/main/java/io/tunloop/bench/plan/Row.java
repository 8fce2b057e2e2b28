// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of the table, before it is measured.
 *
 * @param command what is started, without the arguments for devices and addresses; empty for the baseline
 * @param label its name; the same at all points of a sweep
 * @param channel whether packets pass through a queue on their way
 * @param variation the point of a sweep; {@code null} without one
 */
public record Row(String label, Kind kind, List<String> command, boolean channel, Variation variation) {
    /** JSON has these in lower case. */
    public enum Kind {
        MODE,
        PEER,
        LIMIT,
        BASELINE
    }

    public Row(String label, Kind kind, List<String> command, boolean channel) {
        this(label, kind, command, channel, null);
    }

    /** This row at a point of a sweep. Only our modes know {@code --thread}. */
    Row at(Variation point) {
        List<String> words = new ArrayList<>(command);
        if (point.axis() == Variation.Axis.THREAD && kind == Kind.MODE) {
            words.addAll(List.of("--thread", Integer.toString(point.value())));
        }
        return new Row(label, kind, words, channel, point);
    }

    /** Its title, as far as the names of files may have it. */
    public String fileName() {
        return title().replaceAll("[^A-Za-z0-9.=]+", "-");
    }

    /** Its name in the table, different for each point of a sweep. */
    public String title() {
        return variation == null ? label : label + ", " + variation;
    }
}
