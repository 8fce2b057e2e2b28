// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.plan.BenchConfig;
import io.tunloop.bench.plan.Until;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often all rows are run: a number of times, then, if asked for, until each row's interval is narrow enough or no time is
 * left. All rows go on until the last one is done, so that each rotation compares all of them.
 */
final class Rotations {
    private final int least;
    private final Until until;
    private final Measure primary;
    private final List<RowResult> results;
    private final LongSupplier clockNs;
    private final long startNs;
    private int number;

    /** @param primary the measure that --until is about */
    Rotations(BenchConfig config, Measure primary, List<RowResult> results) {
        this(config.rotations(), config.until(), primary, results, System::nanoTime);
    }

    Rotations(int least, Until until, Measure primary, List<RowResult> results, LongSupplier clockNs) {
        this.least = least;
        this.until = until;
        this.primary = primary;
        this.results = results;
        this.clockNs = clockNs;
        startNs = clockNs.getAsLong();
    }

    /** The rotation that has begun, from 1 on. */
    int number() {
        return number;
    }

    /** Begins the next one. Returns false when there is none. */
    boolean next() {
        boolean goesOn = number < least
                || until != null && hasTimeForOneMore() && !unprecise().isEmpty();
        if (goesOn) {
            number++;
        }
        return goesOn;
    }

    /** A line for each row that is not as precise as was asked for. */
    List<String> unfinished() {
        return unprecise().stream()
                .map(row -> String.format(
                        Locale.ROOT,
                        "--max-time is over: %s is known to +-%.1f %% only, not to the %.1f %% of --until",
                        row.row().title(),
                        plusMinus(row),
                        until.plusMinusPercent()))
                .toList();
    }

    private List<RowResult> unprecise() {
        return until == null
                ? List.of()
                : results.stream()
                        .filter(row -> row.error() == null && plusMinus(row) > until.plusMinusPercent())
                        .toList();
    }

    private double plusMinus(RowResult row) {
        Interval interval = row.interval(primary);
        return interval == null ? Double.MAX_VALUE : interval.plusMinusPercent(row.median(primary));
    }

    private boolean hasTimeForOneMore() {
        long usedNs = clockNs.getAsLong() - startNs;
        return usedNs + usedNs / number <= TimeUnit.MINUTES.toNanos(until.maxMinutes());
    }
}
