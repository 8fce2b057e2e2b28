// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

/**
 * How precise a bench is to be, and how long it may try.
 *
 * @param plusMinusPercent half the width of every row's interval, in percent of its median
 * @param maxMinutes after which no further rotation begins
 */
public record Until(double plusMinusPercent, int maxMinutes) {
    /** Fewer give no interval of 95 %. */
    static final int MIN_ROTATIONS = 6;

    private static final int DEFAULT_MAX_MINUTES = 30;
    private static final int MAX_MINUTES = 24 * 60;

    /** {@code null} when it is not asked for. */
    static Until of(BenchOptions options) {
        if (options.until == null) {
            if (options.maxMinutes != null) {
                throw new IllegalArgumentException("--max-time has no effect without --until");
            }
            return null;
        }
        if (options.rotations != null && options.rotations < MIN_ROTATIONS) {
            throw new IllegalArgumentException(
                    "--until needs --repeat of " + MIN_ROTATIONS + " at least: " + options.rotations);
        }
        int minutes = options.maxMinutes == null ? DEFAULT_MAX_MINUTES : options.maxMinutes;
        if (minutes < 1 || minutes > MAX_MINUTES) {
            throw new IllegalArgumentException("--max-time must be 1.." + MAX_MINUTES + ": " + minutes);
        }
        return new Until(Percent.parse("--until", options.until), minutes);
    }
}
