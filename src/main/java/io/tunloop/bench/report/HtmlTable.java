// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.List;

/** The table of medians with their intervals, which the page's script sorts by any column. */
final class HtmlTable {
    private static final int NAME_COLUMN = 1;

    private final List<RowResult> rows;
    private final List<Measure> columns;

    HtmlTable(Report report) {
        this.rows = report.rows();
        this.columns = new ResultTable(report.columns()).columnsOf(rows);
    }

    void appendTo(Page page) {
        page.append(
                "<p class=\"hint\">Medians of all runs, below each its interval; ~ marks what is not proven to differ."
                        + " CPU in % of one core, memory in MiB. A click on a heading sorts.</p>\n");
        page.append("<div class=\"wide card\" tabindex=\"0\" role=\"region\" aria-label=\"All numbers\">\n<table>\n");
        appendHeader(page);
        page.append("<tbody>\n");
        for (int i = 0; i < rows.size(); i++) {
            appendRow(page, rows.get(i), ResultTable.line(i + 1, rows.get(i), columns));
        }
        page.append("</tbody>\n</table>\n</div>\n");
    }

    private void appendHeader(Page page) {
        List<String> titles = ResultTable.header(columns);
        page.append("<thead><tr>\n");
        for (int column = 0; column < titles.size(); column++) {
            String unit = column < ResultTable.TEXT_COLUMNS
                    ? ""
                    : columns.get(column - ResultTable.TEXT_COLUMNS).unit();
            page.append(column == NAME_COLUMN ? "<th class=\"name\"" : "<th")
                    .append(" scope=\"col\"><button type=\"button\"");
            page.append(unit.isEmpty() ? ">" : " title=\"" + Html.escape(unit) + "\">");
            page.text(titles.get(column)).append("</button></th>\n");
        }
        page.append("</tr></thead>\n");
    }

    private void appendRow(Page page, RowResult row, List<String> cells) {
        page.append(row.error() == null ? "<tr>" : "<tr class=\"failed\">");
        for (int column = 0; column < cells.size(); column++) {
            if (column == NAME_COLUMN) {
                page.append("<th class=\"name\" scope=\"row\"><i class=\"dot "
                        + Html.kind(row.row().kind()) + "\"></i>");
                page.text(cells.get(column)).append("</th>");
            } else if (column < ResultTable.TEXT_COLUMNS) {
                page.append("<td>").text(cells.get(column)).append("</td>");
            } else {
                appendFigure(page, row, columns.get(column - ResultTable.TEXT_COLUMNS), cells.get(column));
            }
        }
        page.append("</tr>\n");
    }

    private static void appendFigure(Page page, RowResult row, Measure measure, String cell) {
        Double median = row.median(measure);
        String range = Figure.range(measure, row.interval(measure));
        page.append(median == null ? "<td>" : "<td data-value=\"" + median + "\">")
                .text(cell);
        page.append(range.isEmpty() ? "</td>" : "<small>" + Html.escape(range) + "</small></td>");
    }
}
