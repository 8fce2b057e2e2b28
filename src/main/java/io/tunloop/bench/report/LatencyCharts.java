// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Latencies;
import io.tunloop.bench.measure.LossFree;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        loads(rows).forEach(percent -> charts.add(atLoad(percent, rows)));
        return charts;
    }

    /** The parts of a loss-free rate at which round trips were measured. */
    private static SortedSet<Integer> loads(List<RowResult> rows) {
        return rows.stream()
                .flatMap(LatencyCharts::latencies)
                .map(LossFree.AtLoad::percent)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static CurveChart atLoad(int percent, List<RowResult> rows) {
        List<Curve> curves = rows.stream()
                .map(row -> curve(row, together(latencies(row).filter(load -> load.percent() == percent))))
                .filter(curve -> !curve.x().isEmpty())
                .toList();
        return chart("latency-" + percent, "Round trips at " + percent + " % of the loss-free rate", curves, false);
    }

    private static Stream<LossFree.AtLoad> latencies(RowResult row) {
        return row.runs().stream()
                .filter(run -> run.lossFree() != null)
                .flatMap(run -> run.lossFree().latencies().stream());
    }

    private static Latencies together(Stream<LossFree.AtLoad> runs) {
        Latencies all = new Latencies();
        runs.forEach(run -> all.add(Latencies.decode(run.histogram())));
        return all;
    }

    private static Curve curve(RowResult row, Latencies latencies) {
        List<Latencies.CdfPoint> points = latencies.cdf();
        return Curve.of(
                row.row().title(),
                row.row().kind(),
                points.stream().mapToDouble(Latencies.CdfPoint::us).toArray(),
                points.stream().mapToDouble(point -> point.percent() / 100).toArray());
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
