// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.Sample;
import io.tunloop.bench.plan.Variation;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The drawings of a report: a bar for each row and figure, a curve for each row of a sweep, the time series of the runs.
 *
 * <p>The only class that knows the charting library.
 */
final class Charts {
    private static final int WIDTH = 900;
    private static final int BAR_HEIGHT = 26;
    private static final int FRAME_HEIGHT = 110;
    private static final int CURVE_HEIGHT = 480;
    private static final Color BAR = new Color(0x2f, 0x6d, 0xb5);
    private static final List<Measure> BARS = List.of(
            Measure.GBPS,
            Measure.PACKETS_PER_SECOND,
            Measure.ROUND_TRIPS_PER_SECOND,
            Measure.CPU_PER_GBIT,
            Measure.MEM_MAX,
            Measure.LATENCY_P50,
            Measure.LATENCY_P99,
            Measure.LOADED_P99);

    private Charts() {}

    /** File name (without its ending) to drawing, in the order of the page. */
    static Map<String, IChart> of(Report report) {
        Map<String, IChart> charts = new LinkedHashMap<>();
        boolean sweep = report.rows().stream().anyMatch(row -> row.row().variation() != null);
        for (Measure measure : BARS) {
            List<RowResult> rows = report.rows().stream()
                    .filter(row -> row.median(measure) != null)
                    .toList();
            if (!rows.isEmpty()) {
                String name = measure.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
                charts.put(name, sweep ? curves(measure, rows) : bars(measure, rows));
            }
        }
        addSeries(charts, report.rows(), "throughput", "Gbit/s", Sample::gbps);
        addSeries(charts, report.rows(), "cpu", "% of a core", Sample::cpuPercent);
        addSeries(charts, report.rows(), "memory", "MiB", Sample::memMiB);
        return charts;
    }

    private static IChart bars(Measure measure, List<RowResult> rows) {
        HorizontalBarChart chart = new HorizontalBarChartBuilder()
                .width(WIDTH)
                .height(FRAME_HEIGHT + BAR_HEIGHT * rows.size())
                .title(measure.title() + ", median" + (measure.isHigherBetter() ? "" : " (lower is better)"))
                .xAxisTitle(measure.unit())
                .build();
        style(chart.getStyler());
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setLabelsVisible(true);
        chart.getStyler().setXAxisMin(0.0);
        // A name at every bar: the library asks the other axis for how close names may be.
        chart.getStyler().setXAxisTickMarkSpacingHint(BAR_HEIGHT - 1);
        chart.getStyler().setSeriesColors(new Color[] {BAR});
        chart.addSeries(
                measure.title(),
                rows.stream().map(row -> row.median(measure)).toList(),
                rows.stream().map(row -> row.row().title()).toList());
        return chart;
    }

    private static IChart curves(Measure measure, List<RowResult> rows) {
        Variation.Axis axis = rows.stream()
                .map(row -> row.row().variation())
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow()
                .axis();
        XYChart chart = xyChart(measure.title() + " by " + axis, axis.toString(), measure.unit());
        Map<String, List<RowResult>> byLabel = new LinkedHashMap<>();
        for (RowResult row : rows) {
            if (row.row().variation() != null) {
                byLabel.computeIfAbsent(row.row().label(), label -> new ArrayList<>())
                        .add(row);
            }
        }
        byLabel.forEach((label, points) -> chart.addSeries(
                label,
                points.stream().map(row -> row.row().variation().value()).toList(),
                points.stream().map(row -> row.median(measure)).toList()));
        return chart;
    }

    /** The last run of each row, so that a drift within a run is seen. */
    private static void addSeries(
            Map<String, IChart> charts,
            List<RowResult> rows,
            String name,
            String unit,
            java.util.function.Function<Sample, Double> value) {
        XYChart chart = xyChart(name + " over time, last run", "s", unit);
        for (RowResult row : rows) {
            List<Sample> samples = row.runs().isEmpty()
                    ? List.of()
                    : row.runs().get(row.runs().size() - 1).series().stream()
                            .filter(sample -> value.apply(sample) != null)
                            .toList();
            if (!samples.isEmpty()) {
                XYSeries series = chart.addSeries(
                        row.row().title(),
                        samples.stream().map(Sample::seconds).toList(),
                        samples.stream().map(value).toList());
                series.setMarker(SeriesMarkers.NONE);
            }
        }
        if (!chart.getSeriesCollection().isEmpty()) {
            charts.put("series-" + name, chart);
        }
    }

    private static XYChart xyChart(String title, String xTitle, String yTitle) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(CURVE_HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        style(chart.getStyler());
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setYAxisMin(0.0);
        return chart;
    }

    private static void style(Styler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setDecimalPattern("#,##0.##");
    }
}
