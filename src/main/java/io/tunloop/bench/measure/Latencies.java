// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Round-trip times of one run.
 *
 * Units: recorded in nanoseconds, told in microseconds.
 */
public final class Latencies {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);

    public void record(long roundTripNs) {
        histogram.recordValue(Math.min(Math.max(roundTripNs, 0), HIGHEST_NS));
    }

    public long count() {
        return histogram.getTotalCount();
    }

    public Map<Measure, Double> measures() {
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        measures.put(Measure.LATENCY_P50, us(50));
        measures.put(Measure.LATENCY_P90, us(90));
        measures.put(Measure.LATENCY_P99, us(99));
        measures.put(Measure.LATENCY_MAX, Statistics.round(histogram.getMaxValue() / 1e3));
        return measures;
    }

    public String summary() {
        return String.format(
                Locale.ROOT,
                "%d round trips, p50 %.1f us, p90 %.1f us, p99 %.1f us, max %.1f us",
                count(),
                us(50),
                us(90),
                us(99),
                histogram.getMaxValue() / 1e3);
    }

    private double us(double percentile) {
        return Statistics.round(histogram.getValueAtPercentile(percentile) / 1e3);
    }
}
