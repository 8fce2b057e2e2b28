// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One point of a sweep: {@code parallel=4}. */
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

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Variation {
        if (value < axis.min || value > axis.max) {
            throw new IllegalArgumentException(axis + " must be " + axis.min + ".." + axis.max + ": " + value);
        }
    }

    /** The points of {@code parallel=1,2,4}. */
    public static List<Variation> parse(String sweep) {
        int equals = sweep.indexOf('=');
        Axis axis = axis(sweep.substring(0, Math.max(equals, 0)), sweep);
        List<Variation> points = new ArrayList<>();
        for (String value : sweep.substring(equals + 1).split(",")) {
            try {
                points.add(new Variation(axis, Integer.parseInt(value.strip())));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not a number in " + sweep + ": '" + value + "'", e);
            }
        }
        return points;
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
        return axis + "=" + value;
    }
}
