// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Interval;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The report as a page: what it was measured on, then pictures, table, time series. */
final class HtmlReport {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final double PROVEN_PERCENT = 95;
    private static final int LONG_FACT = 100; // letters

    private final Report report;
    private final List<BarChart> bars;
    private final List<CurveChart> sweep;
    private final List<CurveChart> latency;
    private final List<SeriesCharts.Group> series;
    private final Page page;

    private HtmlReport(Report report) {
        this.report = report;
        this.bars = BarCharts.of(report.rows());
        this.sweep = SweepCharts.of(report.rows());
        this.latency = LatencyCharts.of(report.rows());
        this.series = SeriesCharts.of(report.rows());
        this.page = new Page("tunloop bench, " + report.workload() + ", " + MINUTE.format(report.started()));
    }

    static String render(Report report) {
        return new HtmlReport(report).render();
    }

    private String render() {
        appendHeader();
        page.append("<main>\n");
        appendEnvironment();
        appendFigures();
        page.beginSection("table", "All numbers");
        new HtmlTable(report).appendTo(page);
        page.endSection();
        appendLatency();
        appendSeries();
        return page.append("</main>\n").render();
    }

    private void appendHeader() {
        int runs =
                report.rows().stream().mapToInt(row -> row.runs().size()).max().orElse(0);
        page.append("<header>\n<h1>tunloop bench</h1>\n<p>workload <b>").text(report.workload());
        page.append("</b>, " + report.rows().size() + " rows, up to " + runs + " interleaved runs each, ");
        page.text(MINUTE.format(report.started())).append("</p>\n<nav>");
        link(true, "environment", "Environment");
        link(!bars.isEmpty() || !sweep.isEmpty(), "figures", "Figures");
        link(true, "table", "All numbers");
        link(!latency.isEmpty(), "latency", "Latency");
        link(!series.isEmpty(), "series", "Over time");
        page.append("</nav>\n</header>\n");
    }

    private void link(boolean isThere, String section, String text) {
        if (isThere) {
            page.append("<a href=\"#" + section + "\">" + text + "</a>");
        }
    }

    private void appendEnvironment() {
        page.beginSection("environment", "Environment");
        page.append("<pre class=\"card\"><code>").text(report.command()).append("</code></pre>\n");
        if (report.stopped() != null) {
            note("failed", "Stopped early: " + report.stopped());
        }
        ResultTable.failures(report.rows()).forEach(failure -> note("failed", "Failed: " + failure));
        report.environment().warnings().forEach(warning -> note("doubtful", "Warning: " + warning));
        page.append("<dl class=\"card\">\n");
        report.environment().facts().forEach((name, value) -> fact(name, String.valueOf(value)));
        page.append("</dl>\n").endSection();
    }

    /** What would fill half a phone's screen is opened by those who want to know. */
    private void fact(String name, String value) {
        boolean isLong = value.length() > LONG_FACT;
        page.append("<div><dt>").text(name).append("</dt><dd>");
        page.append(isLong ? "<details><summary>" + value.split(" ").length + " of them</summary>" : "")
                .text(value);
        page.append(isLong ? "</details></dd></div>\n" : "</dd></div>\n");
    }

    private void note(String type, String text) {
        page.append("<p class=\"note " + type + "\">").text(text).append("</p>\n");
    }

    private void appendFigures() {
        if (bars.isEmpty() && sweep.isEmpty()) {
            return;
        }
        page.beginSection("figures", "Figures");
        page.append("<p class=\"legend\">");
        for (Legend entry : Legend.values()) {
            page.append("<span><i class=\"dot " + entry.kind() + "\"></i>")
                    .text(entry.text())
                    .append("</span>");
        }
        page.append("</p>\n<p class=\"hint\">").text(whiskers());
        page.append("</p>\n<div class=\"figures\">\n");
        bars.forEach(page::bars);
        sweep.forEach(chart -> page.curves(chart, false));
        page.append("</div>\n").endSection();
    }

    /** What the whiskers are is a matter of how many runs there were. */
    private String whiskers() {
        boolean isProven = report.rows().stream()
                .map(row -> row.interval(report.columns().get(0)))
                .filter(Objects::nonNull)
                .mapToDouble(Interval::confidencePercent)
                .allMatch(percent -> percent >= PROVEN_PERCENT);
        String whiskers = isProven
                ? " is the median of the runs, its whisker the 95 % interval of that median."
                : " is the median of the runs, its whisker reaches from the smallest to the largest run where there are fewer"
                        + " than 6, which a 95 % interval needs.";
        return (bars.isEmpty() ? "A point" : "A bar")
                + whiskers
                + (bars.isEmpty() ? "" : " The dashed line is the limit of rows that do the same work.")
                + (bars.stream().anyMatch(BarScale::hasTornBar) ? " A torn bar is longer than there is room for." : "");
    }

    private void appendLatency() {
        if (latency.isEmpty()) {
            return;
        }
        page.beginSection("latency", "Latency").append("<div class=\"figures\">\n");
        latency.forEach(chart -> page.curves(chart, false));
        page.append("</div>\n").endSection();
    }

    private void appendSeries() {
        if (series.isEmpty()) {
            return;
        }
        page.beginSection("series", "Over time");
        page.append("<p class=\"hint\">A curve for each run. Rows that do the same work have the same scale.</p>\n");
        page.append("<div class=\"choice\" role=\"group\" aria-label=\"What is drawn over time\">\n");
        for (SeriesCharts.Group group : series) {
            boolean isFirst = group == series.get(0);
            page.append("<button type=\"button\" aria-pressed=\"" + isFirst + "\" data-shows=\"series-" + group.name());
            page.append("\">").text(group.title()).append("</button>\n");
        }
        page.append("</div>\n");
        for (SeriesCharts.Group group : series) {
            page.append("<div class=\"panels\" id=\"series-" + group.name() + '"');
            page.append(group == series.get(0) ? ">\n" : " hidden>\n");
            for (SeriesCharts.Panels panels : group.panels()) {
                page.append("<h3>").text(panels.title()).append("</h3>\n");
                panels.charts().forEach(chart -> page.curves(chart, true));
            }
            page.append("</div>\n");
        }
        page.endSection();
    }
}
