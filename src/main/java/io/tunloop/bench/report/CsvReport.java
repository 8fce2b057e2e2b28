// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A line for each run, and nothing rounded for display: for spreadsheets and scripts. Source: RFC 4180. */
final class CsvReport {
    private CsvReport() {}

    static String render(Report report) {
        List<Measure> columns = Arrays.stream(Measure.values())
                .filter(measure -> report.rows().stream().anyMatch(row -> isMeasured(row, measure)))
                .toList();
        StringBuilder text = new StringBuilder();
        List<String> header = new ArrayList<>(List.of("row", "kind", "offload", "channel", "run"));
        columns.forEach(measure -> header.add(measure.title() + " [" + measure.unit() + ']'));
        appendLine(text, header);
        for (RowResult row : report.rows()) {
            for (int i = 0; i < row.runs().size(); i++) {
                appendLine(text, cells(row, i, columns));
            }
        }
        return text.toString();
    }

    private static boolean isMeasured(RowResult row, Measure measure) {
        return row.runs().stream().anyMatch(run -> run.measures().containsKey(measure));
    }

    private static List<String> cells(RowResult row, int run, List<Measure> columns) {
        List<String> cells = new ArrayList<>(List.of(
                row.row().title(),
                row.row().kind().name().toLowerCase(java.util.Locale.ROOT),
                row.offload() == null ? "" : row.offload().toString(),
                Boolean.toString(row.row().channel()),
                Integer.toString(run + 1)));
        Map<Measure, Double> measures = row.runs().get(run).measures();
        columns.forEach(column ->
                cells.add(measures.containsKey(column) ? measures.get(column).toString() : ""));
        return cells;
    }

    private static void appendLine(StringBuilder text, List<String> cells) {
        text.append(String.join(",", cells.stream().map(CsvReport::quote).toList()))
                .append("\r\n");
    }

    private static String quote(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
