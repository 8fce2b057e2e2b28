// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Median, smallest and largest, per measure over runs. */
public final class Statistics {
    private Statistics() {}

    /** The middle value; of an even number of values the mean of the two in the middle. */
    static double median(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no median of no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    /** {@code null} when either is missing or the divisor is 0. */
    public static Double ratio(Double value, Double to) {
        return value == null || to == null || to == 0 ? null : round(value / to);
    }

    /** Four digits behind the point: more would be noise in the result file. */
    public static double round(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }

    static Map<Measure, Double> perMeasure(List<RunResult> runs, ToDoubleFunction<double[]> statistic) {
        Map<Measure, Double> result = new EnumMap<>(Measure.class);
        for (Measure measure : Measure.values()) {
            put(result, measure, ofRuns(runs, measure, statistic));
        }
        return result;
    }

    /** {@code null} when no run has it. */
    static Double ofRuns(List<RunResult> runs, Measure measure, ToDoubleFunction<double[]> statistic) {
        double[] values = values(runs, measure);
        return values.length == 0 ? null : (Double) round(statistic.applyAsDouble(values));
    }

    /** Adds a figure unless it is {@code null}, which is not known. */
    public static void put(Map<Measure, Double> figures, Measure measure, Double value) {
        if (value != null) {
            figures.put(measure, value);
        }
    }

    /** Of the runs that have it. */
    static double[] values(List<RunResult> runs, Measure measure) {
        return runs.stream()
                .map(run -> run.measures().get(measure))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }
}
