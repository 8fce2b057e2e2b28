// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Step;
import io.tunloop.bench.report.History.Line;
import io.tunloop.bench.report.History.Point;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;

/**
 * A history for terminals and logs.
 *
 * <pre>
 * async-gso
 *   2026-11-20 10:02  0a1b2c3d4e5f  0.91 |*                                       |
 *   2026-11-21 10:04  1a2b3c4d5e6f  0.97 |                                       *| better: 0.91 -> 0.97 (+6.6 %, p 0.008)
 * </pre>
 */
final class HistoryText {
    private static final int TEXT_COLUMNS = 1;
    private static final int WIDTH = 40;

    private final Measure measure;
    private final boolean higherIsBetter;

    private HistoryText(History history) {
        measure = history.measure();
        higherIsBetter = history.higherIsBetter();
    }

    static String render(History history) {
        HistoryText text = new HistoryText(history);
        StringBuilder all = new StringBuilder(text.table(history.rows()));
        history.rows().forEach(row -> all.append('\n').append(text.drawing(row)));
        return all.toString();
    }

    private String table(List<Line> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(measure.property(), "results", "lowest", "highest", "first", "last", "steps"));
        for (Line row : rows) {
            DoubleSummaryStatistics range = range(row);
            lines.add(List.of(
                    row.label(),
                    Integer.toString(row.points().size()),
                    measure.format(range.getMin()),
                    measure.format(range.getMax()),
                    measure.format(row.points().get(0).values().median()),
                    measure.format(
                            row.points().get(row.points().size() - 1).values().median()),
                    Integer.toString(row.steps().size())));
        }
        return TextTable.render(lines, TEXT_COLUMNS);
    }

    private String drawing(Line row) {
        DoubleSummaryStatistics range = range(row);
        int commitWidth = row.points().stream()
                .mapToInt(point -> point.commit().length())
                .max()
                .orElse(0);
        int valueWidth = measure.format(range.getMax()).length();
        StringBuilder text = new StringBuilder(row.label()).append('\n');
        for (int i = 0; i < row.points().size(); i++) {
            Point point = row.points().get(i);
            String line = String.format(
                    Locale.ROOT,
                    "  %-16s  %-" + Math.max(1, commitWidth) + "s  %" + valueWidth + "s |%s| %s",
                    minute(point.started()),
                    point.commit(),
                    measure.format(point.values().median()),
                    mark(point.values().median(), range),
                    String.join("; ", notes(row, i)));
            text.append(line.stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static DoubleSummaryStatistics range(Line row) {
        return row.points().stream()
                .mapToDouble(point -> point.values().median())
                .summaryStatistics();
    }

    private static String minute(String started) {
        return started.replace('T', ' ').replaceFirst("(:\\d\\d):.*$", "$1");
    }

    private static String mark(double value, DoubleSummaryStatistics range) {
        double span = range.getMax() - range.getMin();
        int column = span == 0 ? WIDTH / 2 : (int) Math.round((value - range.getMin()) / span * (WIDTH - 1));
        return " ".repeat(column) + '*' + " ".repeat(WIDTH - 1 - column);
    }

    private List<String> notes(Line row, int index) {
        List<String> notes = new ArrayList<>();
        row.steps().stream()
                .filter(step -> step.index() == index)
                .map(this::note)
                .forEach(notes::add);
        String limit = row.points().get(index).values().limit();
        if (measure.isToLimit()
                && index > 0
                && !limit.equals(row.points().get(index - 1).values().limit())) {
            notes.add("the limit is " + ResultTable.shortLimit(limit) + " from here on");
        }
        return notes;
    }

    private String note(Step step) {
        return String.format(
                Locale.ROOT,
                "%s: %s -> %s (%sp %.4f)",
                step.after() > step.before() == higherIsBetter ? "better" : "worse",
                measure.format(step.before()),
                measure.format(step.after()),
                step.before() == 0
                        ? ""
                        : String.format(Locale.ROOT, "%+.1f %%, ", 100 * (step.after() / step.before() - 1)),
                step.pValue());
    }
}
