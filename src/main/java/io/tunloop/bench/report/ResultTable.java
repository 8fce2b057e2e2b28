// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.plan.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of medians, as aligned text that is Markdown too. */
final class ResultTable {
    private static final List<Measure> USAGE =
            List.of(Measure.CPU_AVG, Measure.CPU_MAX, Measure.MEM_AVG, Measure.MEM_MAX, Measure.SYSTEM_CPU);
    private static final List<Measure> RATIOS = List.of(
            Measure.RATIO_TO_LIMIT,
            Measure.CPU_PER_GBIT,
            Measure.CPU_PER_GBIT_RATIO,
            Measure.SYSTEM_CPU_PER_GBIT,
            Measure.SYSTEM_CALLS_PER_PACKET,
            Measure.CYCLES_PER_PACKET,
            Measure.INSTRUCTIONS_PER_PACKET,
            Measure.INSTRUCTIONS_PER_CYCLE,
            Measure.CACHE_MISSES_PER_PACKET,
            Measure.RATIO_TO_ROW);
    static final int TEXT_COLUMNS = 5;

    private final List<Measure> columns = new ArrayList<>();

    /** @param traffic the columns of the workload */
    ResultTable(List<Measure> traffic) {
        columns.addAll(traffic);
        columns.addAll(USAGE);
        columns.addAll(RATIOS);
        columns.addAll(Measure.JVM_COLUMNS);
    }

    String render(List<RowResult> rows) {
        List<List<String>> lines = new ArrayList<>();
        List<Measure> used = columnsOf(rows);
        lines.add(withPlusMinus(header(used), "+-%"));
        for (int i = 0; i < rows.size(); i++) {
            lines.add(withPlusMinus(line(i + 1, rows.get(i), used), plusMinus(rows.get(i), used.get(0))));
        }
        return TextTable.render(lines, TEXT_COLUMNS) + notes(rows);
    }

    /** Beside the figure that rows are compared by: half the width of its interval. */
    private static List<String> withPlusMinus(List<String> cells, String plusMinus) {
        List<String> wider = new ArrayList<>(cells);
        wider.add(TEXT_COLUMNS + 1, plusMinus);
        return wider;
    }

    private static String plusMinus(RowResult row, Measure primary) {
        Interval interval = row.interval(primary);
        return interval == null
                ? "-"
                : String.format(Locale.ROOT, "%.1f", interval.plusMinusPercent(row.median(primary)));
    }

    /** The columns that these rows need. */
    List<Measure> columnsOf(List<RowResult> rows) {
        return columns.stream()
                .filter(measure -> !isOptional(measure) || isMeasured(rows, measure))
                .toList();
    }

    private static boolean isOptional(Measure measure) {
        return RATIOS.contains(measure) || Measure.JVM_COLUMNS.contains(measure);
    }

    private static boolean isMeasured(List<RowResult> rows, Measure measure) {
        return rows.stream().anyMatch(row -> row.median(measure) != null);
    }

    static List<String> header(List<Measure> columns) {
        List<String> cells = new ArrayList<>(List.of("#", "Mode", "Offload", "Channel", "Limit"));
        columns.forEach(column -> cells.add(column.title()));
        return cells;
    }

    static List<String> line(int number, RowResult row, List<Measure> columns) {
        List<String> cells = new ArrayList<>();
        cells.add(Integer.toString(number));
        cells.add(row.row().title() + (row.isBusy() ? " (busy)" : "") + (row.error() == null ? "" : " (failed)"));
        cells.add(row.device() == null ? "-" : row.device().offload());
        cells.add(row.row().kind() == Row.Kind.BASELINE ? "-" : yes(row.row().channel()));
        cells.add(row.limit() == null ? "-" : shortLimit(row.limit()));
        columns.forEach(column -> cells.add(cell(row, column)));
        return cells;
    }

    private static String cell(RowResult row, Measure column) {
        return column.format(row.median(column)) + (row.isUnproven(column) ? " ~" : "");
    }

    /** As the tables name it. */
    static String shortLimit(String label) {
        return label.replaceFirst("^limit-", "");
    }

    private static String yes(boolean value) {
        return value ? "yes" : "no";
    }

    private static boolean hasDifferentQueues(List<RowResult> rows) {
        return rows.stream()
                        .filter(row -> row.device() != null)
                        .map(row -> row.device().txQueueLength())
                        .distinct()
                        .count()
                > 1;
    }

    /** Titles and reason; what stops several rows is said once. */
    static List<String> failures(List<RowResult> rows) {
        Map<String, List<String>> titles = new LinkedHashMap<>();
        rows.stream()
                .filter(row -> row.error() != null)
                .forEach(row -> titles.computeIfAbsent(row.error(), reason -> new ArrayList<>())
                        .add(row.row().title()));
        return titles.entrySet().stream()
                .map(failure -> String.join(", ", failure.getValue()) + ": " + failure.getKey())
                .toList();
    }

    private static String notes(List<RowResult> rows) {
        StringBuilder notes = new StringBuilder();
        if (rows.stream().anyMatch(row -> RATIOS.stream().anyMatch(row::isUnproven))) {
            notes.append("\n~: not proven to differ (two-sided Mann-Whitney test, 5 %; it needs 4 runs each at least)");
        }
        failures(rows).forEach(failure -> notes.append("\nfailed: ").append(failure));
        for (RowResult row : rows) {
            row.runs().stream()
                    .filter(run -> run.busy() != null)
                    .findFirst()
                    .ifPresent(run -> notes.append("\nbusy: ")
                            .append(row.row().title())
                            .append(": ")
                            .append(run.busy()));
        }
        String queues = rows.stream()
                .filter(row -> row.device() != null)
                .map(row -> row.row().title() + " " + row.device().txQueueLength())
                .collect(Collectors.joining(", "));
        if (hasDifferentQueues(rows)) {
            notes.append("\ntransmit queues differ, and short ones drop: ").append(queues);
        }
        return notes.isEmpty() ? "" : notes.append('\n').toString();
    }
}
