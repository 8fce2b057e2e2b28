// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.host.Environment;
import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.List;
import java.util.Map;

/** One page with everything in it: table, drawings, environment. It loads nothing from anywhere. */
final class HtmlReport {
    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { border: 1px solid #ccc; padding: .2rem .6rem; text-align: right; white-space: nowrap; }
            th:nth-child(-n+4), td:nth-child(-n+4) { text-align: left; }
            th { background: #f2f2f2; }
            .wide { overflow-x: auto; }
            .spread { color: #777; font-size: 80%; }
            .failed { color: #b00020; }
            .doubtful { color: #9a6700; }
            figure { margin: 1.5rem 0; }
            svg { max-width: 100%; height: auto; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
            dt { font-weight: 600; } dd { margin: 0; }
            """;

    private HtmlReport() {}

    /** @param drawings SVG by name */
    static String render(Report report, Map<String, String> drawings) {
        StringBuilder page =
                new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.append("<title>tunloop bench, ").append(report.started()).append("</title>\n");
        page.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<h1>tunloop bench</h1>\n");
        page.append("<p><code>").append(escape(report.command())).append("</code><br>");
        page.append(report.started()).append(", workload ").append(report.workload());
        page.append(
                "; medians, with the interval of the true median below (95 % from 6 runs on, else smallest to largest); CPU in % of one core, memory in MiB.</p>\n");
        appendTable(page, new ResultTable(report.columns()), report.rows());
        appendNotes(page, report);
        drawings.forEach((name, svg) -> page.append("<figure id=\"")
                .append(name)
                .append("\">\n")
                .append(element(svg))
                .append("</figure>\n"));
        appendEnvironment(page, report.environment());
        return page.append("</body>\n</html>\n").toString();
    }

    private static void appendTable(StringBuilder page, ResultTable table, List<RowResult> rows) {
        page.append("<div class=\"wide\"><table>\n");
        List<Measure> columns = table.columnsOf(rows);
        appendCells(page, "th", ResultTable.header(columns));
        for (int i = 0; i < rows.size(); i++) {
            RowResult row = rows.get(i);
            List<String> cells = ResultTable.line(i + 1, row, columns);
            page.append("<tr>");
            for (int column = 0; column < cells.size(); column++) {
                page.append("<td>").append(escape(cells.get(column)));
                if (column >= ResultTable.TEXT_COLUMNS) {
                    page.append(spread(row, columns.get(column - ResultTable.TEXT_COLUMNS)));
                }
                page.append("</td>");
            }
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }

    private static String spread(RowResult row, Measure measure) {
        Interval interval = row.interval(measure);
        return interval == null
                ? ""
                : "<br><span class=\"spread\">" + measure.format(interval.low()) + " – "
                        + measure.format(interval.high()) + "</span>";
    }

    private static void appendCells(StringBuilder page, String tag, List<String> cells) {
        page.append("<tr>");
        for (String cell : cells) {
            page.append('<').append(tag).append('>').append(escape(cell));
            page.append("</").append(tag).append('>');
        }
        page.append("</tr>\n");
    }

    private static void appendNotes(StringBuilder page, Report report) {
        if (report.stopped() != null) {
            page.append("<p class=\"failed\">stopped early: ")
                    .append(escape(report.stopped()))
                    .append("</p>\n");
        }
        for (String failure : ResultTable.failures(report.rows())) {
            page.append("<p class=\"failed\">failed: ").append(escape(failure)).append("</p>\n");
        }
        for (String warning : report.environment().warnings()) {
            page.append("<p class=\"doubtful\">warning: ")
                    .append(escape(warning))
                    .append("</p>\n");
        }
    }

    private static void appendEnvironment(StringBuilder page, Environment environment) {
        page.append("<h2>Environment</h2>\n<dl>\n");
        environment
                .facts()
                .forEach((name, value) -> page.append("<dt>")
                        .append(escape(name))
                        .append("</dt><dd>")
                        .append(escape(String.valueOf(value)))
                        .append("</dd>\n"));
        page.append("</dl>\n");
    }

    /** An SVG document as an element: without what may stand only at the head of a file. */
    private static String element(String svg) {
        return svg.substring(svg.indexOf("<svg"));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
