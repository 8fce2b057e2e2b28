// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.List;
import java.util.Locale;

/** What is drawn of all rows: first the ratio that says it in one number, then what it is made of. */
enum Figure {
    RATIO_TO_LIMIT(Measure.RATIO_TO_LIMIT, "Ratio to the limit"),
    GBPS(Measure.GBPS, "Throughput"),
    PACKETS_PER_SECOND(Measure.PACKETS_PER_SECOND, "Packets per second"),
    ROUND_TRIPS_PER_SECOND(Measure.ROUND_TRIPS_PER_SECOND, "Round trips per second"),
    LATENCY_P50(Measure.LATENCY_P50, "Round trip, half of all"),
    LATENCY_P99(Measure.LATENCY_P99, "Round trip, 99 of 100"),
    LOADED_P99(Measure.LOADED_P99, "Round trip beside a TCP stream, 99 of 100"),
    CPU_PER_GBIT(Measure.CPU_PER_GBIT, "CPU of the forwarder"),
    SYSTEM_CPU_PER_GBIT(Measure.SYSTEM_CPU_PER_GBIT, "CPU of the whole machine"),
    MEM_MAX(Measure.MEM_MAX, "Memory, largest");

    private final Measure measure;
    private final String title;

    Figure(Measure measure, String title) {
        this.measure = measure;
        this.title = title;
    }

    Measure measure() {
        return measure;
    }

    String title() {
        return title;
    }

    String subtitle() {
        return measure.unit() + ", median; " + (measure.isHigherBetter() ? "higher" : "lower") + " is better";
    }

    /** As files and places in the page have it. */
    String fileName() {
        return measure.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The rows that have it. */
    List<RowResult> measured(List<RowResult> rows) {
        return rows.stream().filter(row -> row.median(measure) != null).toList();
    }

    /** "" for no interval, or for one without width. */
    static String range(Measure measure, Interval interval) {
        return interval == null || interval.low() == interval.high()
                ? ""
                : measure.format(interval.low()) + " – " + measure.format(interval.high());
    }
}
