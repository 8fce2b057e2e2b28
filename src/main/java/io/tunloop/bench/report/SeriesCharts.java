// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** The time series: for each row a small chart with a curve for each run, to see a drift within a run and between runs. */
final class SeriesCharts {
    /** Of all curves of one quantity together: the three of them are some 120 kB of the page. */
    private static final int MOST_POINTS = 3_500;

    private static final int FEWEST_POINTS = 8; // of a curve; before they are fewer, runs are left out
    private static final List<Quantity> QUANTITIES = List.of(
            new Quantity("throughput", "Throughput", "Gbit/s", Sample::gbps),
            new Quantity("cpu", "CPU of the forwarder", "% of a core", Sample::cpuPercent),
            new Quantity("memory", "Memory", "MiB", Sample::memMiB));

    private record Quantity(String name, String title, String unit, Function<Sample, Double> value) {}

    /** @param panels by what the rows do */
    record Group(String name, String title, List<Panels> panels) {}

    /** @param charts one for each row, to the same scale */
    record Panels(String title, List<CurveChart> charts) {}

    /** How much of what was measured is drawn: of each row the last runs, of each run so many points. */
    private record Budget(int mostRuns, int mostPoints) {
        static Budget of(List<RowResult> rows) {
            int mostRuns = Math.max(1, MOST_POINTS / FEWEST_POINTS / Math.max(1, rows.size()));
            int runs = rows.stream()
                    .mapToInt(row -> Math.min(mostRuns, row.runs().size()))
                    .sum();
            return new Budget(mostRuns, Math.max(FEWEST_POINTS, MOST_POINTS / Math.max(1, runs)));
        }
    }

    private SeriesCharts() {}

    static List<Group> of(List<RowResult> rows) {
        List<Group> groups = new ArrayList<>();
        for (Quantity quantity : QUANTITIES) {
            List<Panels> panels = panels(quantity, rows);
            if (!panels.isEmpty()) {
                groups.add(new Group(quantity.name(), quantity.title(), panels));
            }
        }
        return groups;
    }

    private static List<Panels> panels(Quantity quantity, List<RowResult> rows) {
        Budget budget = Budget.of(rows);
        List<Panels> panels = new ArrayList<>();
        for (RowGroup type : RowGroup.values()) {
            List<RowResult> measured = type.members(rows).stream()
                    .filter(row -> values(quantity, row).findAny().isPresent())
                    .toList();
            double top = measured.stream()
                    .flatMapToDouble(row -> values(quantity, row))
                    .max()
                    .orElse(0);
            if (!measured.isEmpty()) {
                panels.add(new Panels(
                        type.title(),
                        measured.stream()
                                .map(row -> chart(quantity, row, top, budget))
                                .toList()));
            }
        }
        return panels;
    }

    private static CurveChart chart(Quantity quantity, RowResult row, double top, Budget budget) {
        return new CurveChart(
                "series-" + quantity.name() + '-' + row.row().fileName(),
                row.row().title(),
                quantity.unit(),
                new CurveChart.Axis("s", CurveChart.Scale.LINEAR),
                new CurveChart.Axis(quantity.unit(), CurveChart.Scale.LINEAR),
                top,
                false,
                curves(quantity, row, budget));
    }

    private static DoubleStream values(Quantity quantity, RowResult row) {
        return row.runs().stream()
                .flatMap(run -> run.series().stream())
                .map(quantity.value())
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue);
    }

    private static List<Curve> curves(Quantity quantity, RowResult row, Budget budget) {
        List<Curve> curves = new ArrayList<>();
        for (int run = Math.max(0, row.runs().size() - budget.mostRuns());
                run < row.runs().size();
                run++) {
            List<Sample> samples = row.runs().get(run).series().stream()
                    .filter(sample -> quantity.value().apply(sample) != null)
                    .toList();
            if (!samples.isEmpty()) {
                curves.add(Curve.of(
                        "run " + (run + 1),
                        row.row().kind(),
                        means(samples, Sample::seconds, budget.mostPoints()),
                        means(samples, quantity.value(), budget.mostPoints())));
            }
        }
        return curves;
    }

    /** Of stretches of equal length, so that a long run is no larger a page than a short one. */
    private static double[] means(List<Sample> samples, Function<Sample, Double> value, int mostPoints) {
        int stretch = (samples.size() + mostPoints - 1) / mostPoints;
        List<Double> means = new ArrayList<>();
        for (int from = 0; from < samples.size(); from += stretch) {
            List<Sample> part = samples.subList(from, Math.min(from + stretch, samples.size()));
            means.add(part.stream().mapToDouble(value::apply).average().orElseThrow());
        }
        return means.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
