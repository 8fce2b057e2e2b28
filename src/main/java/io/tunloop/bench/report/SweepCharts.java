// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report's figures over what a sweep varies: a curve for each row, with a whisker at each point. */
final class SweepCharts {
    private SweepCharts() {}

    static boolean isSweep(List<RowResult> rows) {
        return rows.stream().anyMatch(row -> row.row().variation() != null);
    }

    static List<CurveChart> of(List<RowResult> rows) {
        List<RowResult> points =
                rows.stream().filter(row -> row.row().variation() != null).toList();
        List<CurveChart> charts = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            List<RowResult> measured = figure.measured(points);
            if (!measured.isEmpty()) {
                charts.add(chart(figure, measured));
            }
        }
        return charts;
    }

    private static CurveChart chart(Figure figure, List<RowResult> rows) {
        String axis = rows.get(0).row().variation().axis().toString();
        Map<String, List<RowResult>> byLabel = new LinkedHashMap<>();
        rows.forEach(row -> byLabel.computeIfAbsent(row.row().label(), label -> new ArrayList<>())
                .add(row));
        return new CurveChart(
                figure.fileName(),
                figure.title() + " by " + axis,
                figure.subtitle(),
                new CurveChart.Axis(axis, CurveChart.Scale.STEPS),
                new CurveChart.Axis(figure.measure().unit(), CurveChart.Scale.LINEAR),
                null,
                true,
                byLabel.entrySet().stream()
                        .map(row -> curve(row.getKey(), figure.measure(), row.getValue()))
                        .toList());
    }

    private static Curve curve(String label, Measure measure, List<RowResult> points) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        List<Double> low = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        for (RowResult point : points) {
            Interval interval = point.interval(measure);
            x.add((double) point.row().variation().value());
            y.add(point.median(measure));
            low.add(interval == null ? null : interval.low());
            high.add(interval == null ? null : interval.high());
        }
        return new Curve(label, Html.kind(points.get(0).row().kind()), x, y, low, high);
    }
}
