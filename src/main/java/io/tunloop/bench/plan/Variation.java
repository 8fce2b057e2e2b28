// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One point of a sweep: {@code parallel=4}. A mixture of sizes has the value {@link Load#IMIX}. */
public record Variation(Axis axis, int value) {
    /** What a sweep can vary; on the command line and in the result file in lower case. */
    public enum Axis {
        @JsonProperty("parallel")
        PARALLEL(1, 128),
        @JsonProperty("mtu")
        MTU(576, 65535),
        @JsonProperty("size")
        SIZE(16, 65507),
        @JsonProperty("thread")
        THREAD(1, 64);

        private final int min;
        private final int max;

        Axis(int min, int max) {
            this.min = min;
            this.max = max;
        }

        private void check(int value) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(this + " must be " + min + ".." + max + ": " + value);
            }
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String IMIX = "imix";

    public Variation {
        if (axis != Axis.SIZE || value != Load.IMIX) {
            axis.check(value);
        }
    }

    /** The points of {@code parallel=1,2,4}. */
    public static List<Variation> parse(String sweep) {
        int equals = sweep.indexOf('=');
        Axis axis = axis(sweep.substring(0, Math.max(equals, 0)), sweep);
        List<Variation> points = new ArrayList<>();
        for (String value : sweep.substring(equals + 1).split(",")) {
            points.add(parse(axis, value.strip(), sweep));
        }
        return points;
    }

    /** @param what the whole of what was given, for the message */
    static Variation parse(Axis axis, String value, String what) {
        if (axis == Axis.SIZE && value.equals(IMIX)) {
            return new Variation(axis, Load.IMIX);
        }
        try {
            int number = Integer.parseInt(value);
            axis.check(number);
            return new Variation(axis, number);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number in " + what + ": '" + value + "'", e);
        }
    }

    private static Axis axis(String name, String sweep) {
        return Arrays.stream(Axis.values())
                .filter(axis -> axis.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "a sweep is AXIS=N,N,... with one of " + Arrays.toString(Axis.values()) + ": " + sweep));
    }

    @Override
    public String toString() {
        return axis + "=" + (axis == Axis.SIZE && value == Load.IMIX ? IMIX : value);
    }
}
