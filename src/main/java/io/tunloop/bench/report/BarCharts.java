// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A report's figures, each as bars: rows that can be compared stand together, the best one first. */
final class BarCharts {
    private BarCharts() {}

    /** None of a sweep, whose points are curves. */
    static List<BarChart> of(List<RowResult> rows) {
        List<BarChart> charts = new ArrayList<>();
        if (SweepCharts.isSweep(rows)) {
            return charts;
        }
        for (Figure figure : Figure.values()) {
            List<RowResult> measured = figure.measured(rows);
            if (!measured.isEmpty()) {
                charts.add(chart(figure, measured));
            }
        }
        return charts;
    }

    private static BarChart chart(Figure figure, List<RowResult> rows) {
        List<BarChart.Group> groups = new ArrayList<>();
        for (RowGroup type : RowGroup.values()) {
            List<RowResult> members = type.members(rows);
            if (!members.isEmpty()) {
                groups.add(group(type.title(), figure.measure(), members, rows));
            }
        }
        return new BarChart(figure.fileName(), figure.title(), figure.subtitle(), groups);
    }

    /** @param rows all, of which one is the limit of these members */
    private static BarChart.Group group(String title, Measure measure, List<RowResult> members, List<RowResult> rows) {
        Comparator<BarChart.Bar> byValue = Comparator.comparingDouble(BarChart.Bar::value);
        List<BarChart.Bar> bars = members.stream()
                .map(row -> bar(measure, row))
                .sorted(measure.isHigherBetter() ? byValue.reversed() : byValue)
                .toList();
        String label = RowGroup.limit(members);
        Double limit = rows.stream()
                .filter(row -> row.row().label().equals(label))
                .map(row -> row.median(measure))
                .findFirst()
                .orElse(null);
        return new BarChart.Group(title, limit, bars);
    }

    private static BarChart.Bar bar(Measure measure, RowResult row) {
        Interval interval = row.interval(measure);
        double median = row.median(measure);
        return new BarChart.Bar(
                row.row().title(),
                row.row().kind(),
                median,
                interval == null ? null : interval.low(),
                interval == null ? null : interval.high(),
                measure.format(median),
                Figure.range(measure, interval));
    }
}
