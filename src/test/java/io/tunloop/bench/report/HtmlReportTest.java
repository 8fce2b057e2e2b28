// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    static final int LARGEST_BYTES = 500_000;
    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/json\">(.*?)</script>", Pattern.DOTALL);
    private static final Pattern CELL = Pattern.compile("<td data-value=\"([^\"]+)\">([^<]*)<");

    private static List<JsonNode> charts(String page) throws Exception {
        List<JsonNode> charts = new ArrayList<>();
        Matcher matcher = DATA.matcher(page);
        while (matcher.find()) {
            charts.add(new ObjectMapper().readTree(matcher.group(1)));
        }
        return charts;
    }

    private static int bytes(String page) {
        return page.getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void shouldHaveEveryFigureOfTheReportInItsTable() throws Exception {
        Report report = RecordedReport.read(RecordedReport.README);
        List<Measure> columns = new ResultTable(report.columns()).columnsOf(report.rows());
        List<String> expected = new ArrayList<>();
        for (RowResult row : report.rows()) {
            columns.stream()
                    .filter(column -> row.median(column) != null)
                    .forEach(column -> expected.add(row.median(column) + " is " + column.format(row.median(column))));
        }

        List<String> shown = CELL.matcher(HtmlReport.render(report))
                .results()
                .map(cell -> cell.group(1) + " is " + cell.group(2).split(" ")[0]) // without marks
                .toList();

        assertThat(expected).hasSizeGreaterThan(190);
        assertThat(shown).isEqualTo(expected);
    }

    @Test
    void shouldHaveEverySecondOfEveryRunInItsCurves() throws Exception {
        Report report = RecordedReport.read(RecordedReport.README);
        RowResult row = report.rows().get(7);

        JsonNode chart = charts(HtmlReport.render(report)).stream()
                .filter(other -> other.get("name")
                        .asText()
                        .equals("series-throughput-" + row.row().fileName()))
                .findFirst()
                .orElseThrow();

        assertThat(chart.get("curves")).hasSameSizeAs(row.runs());
        for (int run = 0; run < row.runs().size(); run++) {
            JsonNode curve = chart.get("curves").get(run);
            assertThat(curve.get("kind").asText()).isEqualTo("ours");
            assertThat(curve.get("y")).hasSameSizeAs(row.runs().get(run).series());
            for (int i = 0; i < curve.get("y").size(); i++) {
                double measured = row.runs().get(run).series().get(i).gbps();
                assertThat(curve.get("y").get(i).asDouble()).isBetween(measured * 0.9999, measured * 1.0001);
            }
        }
    }

    @Test
    void shouldSayOnWhatItWasMeasuredBeforeAnythingElse() throws Exception {
        Report report = RecordedReport.read(RecordedReport.README);

        String page = HtmlReport.render(report);

        report.environment()
                .facts()
                .forEach((name, value) -> assertThat(page)
                        .contains("<dt>" + name + "</dt>", '>' + Html.escape(String.valueOf(value)) + '<'));
        report.environment().warnings().forEach(warning -> assertThat(page).contains("Warning: " + warning));
        assertThat(page).contains(Html.escape(report.command()));
        assertThat(page.indexOf("id=\"environment\"")).isPositive().isLessThan(page.indexOf("id=\"figures\""));
        assertThat(page.indexOf("id=\"figures\"")).isLessThan(page.indexOf("id=\"table\""));
    }

    @Test
    void shouldTakeNamesAndReasonsAsTextOnly() throws Exception {
        String evil = "</script><script>alert(1)</script><b onclick=\"x\">&";
        RowResult row = Reports.lasting(evil, 1, 3);
        row.fail(evil);

        String page = HtmlReport.render(Reports.of(row));

        assertThat(page).doesNotContain("<script>alert").doesNotContain("<b onclick");
        assertThat(charts(page))
                .isNotEmpty()
                .allSatisfy(chart -> assertThat(chart.get("title").asText()).isEqualTo(evil));
        assertThat(page).contains("Failed: " + Html.escape(evil));
    }

    @Test
    void shouldSayWhatAWhiskerIsForSoManyRuns() {
        String sure = "its whisker the 95 % interval of that median";

        assertThat(HtmlReport.render(Reports.of(Reports.mode("a", 1, 2, 3, 4, 5, 6))))
                .contains(sure);
        assertThat(HtmlReport.render(Reports.of(Reports.mode("a", 1, 2, 3, 4, 5))))
                .doesNotContain(sure)
                .contains("from the smallest to the largest run");
    }

    @Test
    void shouldRenderAReportInWhichNothingWasMeasured() {
        RowResult row = Reports.mode("dead");
        row.fail("the forwarder ended before its devices were up");

        String page = HtmlReport.render(Reports.of(row));

        assertThat(page)
                .contains("Failed: dead: the forwarder ended", "dead (failed)", "</html>")
                .doesNotContain("id=\"figures\"")
                .doesNotContain("id=\"series\"");
    }

    @Test
    void shouldLoadNothingAndCarryTheLicenceOfWhatItCarries() throws Exception {
        String page = HtmlReport.render(RecordedReport.read(RecordedReport.README));

        assertThat(page).doesNotContainPattern("(src|href|url)\\s*[=(]\\s*[\"']?(https?:)?//");
        assertThat(page).doesNotContain("@import", "data:image");
        assertThat(page).contains("Copyright (c)", "Leon Sorokin", "Permission is hereby granted, free of charge");
    }

    @Test
    void shouldStaySmallHoweverLongIsMeasured() throws Exception {
        List<RowResult> rows = IntStream.range(0, 40)
                .mapToObj(row -> Reports.lasting("a-row-with-a-rather-long-name-" + row, 25, 100))
                .toList();

        assertThat(bytes(HtmlReport.render(Reports.of("tcp", List.of(Measure.GBPS), rows))))
                .isLessThanOrEqualTo(LARGEST_BYTES);
        assertThat(bytes(HtmlReport.render(RecordedReport.read(RecordedReport.README))))
                .isLessThanOrEqualTo(LARGEST_BYTES);
    }
}
