// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How round-trip times are distributed: of all of them, the fraction that took at most so long.
 *
 * Units: microseconds.
 */
final class LatencyCharts {
    /** Of the percentiles that every workload with round trips tells; the largest is all of them. */
    private static final Map<Measure, Double> FRACTIONS = new LinkedHashMap<>();

    static {
        FRACTIONS.put(Measure.LATENCY_P50, 0.5);
        FRACTIONS.put(Measure.LATENCY_P90, 0.9);
        FRACTIONS.put(Measure.LATENCY_P99, 0.99);
        FRACTIONS.put(Measure.LATENCY_MAX, 1.0);
    }

    private LatencyCharts() {}

    static List<CurveChart> of(List<RowResult> rows) {
        List<CurveChart> charts = new ArrayList<>();
        addTo(charts, "latency", "Round trips", rows, UnaryOperator.identity());
        addTo(charts, "latency-loaded", "Round trips beside a TCP stream", rows, Measure::underLoad);
        return charts;
    }

    private static void addTo(
            List<CurveChart> charts, String name, String title, List<RowResult> rows, UnaryOperator<Measure> under) {
        List<Curve> curves = rows.stream()
                .filter(row -> row.median(under.apply(Measure.LATENCY_P50)) != null)
                .map(row -> curve(row, under))
                .toList();
        if (!curves.isEmpty()) {
            charts.add(chart(name, title, curves, true));
        }
    }

    private static Curve curve(RowResult row, UnaryOperator<Measure> under) {
        List<Measure> known = FRACTIONS.keySet().stream()
                .filter(measure -> row.median(under.apply(measure)) != null)
                .toList();
        return Curve.of(
                row.row().title(),
                row.row().kind(),
                known.stream()
                        .mapToDouble(measure -> row.median(under.apply(measure)))
                        .toArray(),
                known.stream().mapToDouble(FRACTIONS::get).toArray());
    }

    /**
     * The chart of any distributions.
     *
     * @param curves x in microseconds, y the fraction
     * @param points whether nothing is known between the points
     */
    static CurveChart chart(String name, String title, List<Curve> curves, boolean points) {
        return new CurveChart(
                name,
                title,
                "of all round trips, those that took at most so many microseconds",
                new CurveChart.Axis("us", CurveChart.Scale.LOG),
                new CurveChart.Axis("", CurveChart.Scale.FRACTION),
                null,
                points,
                curves);
    }
}
