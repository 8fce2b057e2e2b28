// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

/** The table with the command and the environment, for a README. */
final class MarkdownReport {
    private MarkdownReport() {}

    static String render(Report report) {
        StringBuilder text = new StringBuilder();
        text.append("`").append(report.command()).append("`, ").append(report.started());
        text.append("; medians of ")
                .append(report.rows().stream()
                        .mapToInt(row -> row.runs().size())
                        .max()
                        .orElse(0))
                .append(" interleaved runs; CPU in % of one core, memory in MiB.\n\n");
        text.append(report.table()).append('\n');
        if (report.stopped() != null) {
            text.append("- stopped early: ").append(report.stopped()).append('\n');
        }
        report.environment()
                .facts()
                .forEach((name, value) -> text.append("- ")
                        .append(name)
                        .append(": ")
                        .append(value)
                        .append('\n'));
        report.environment()
                .warnings()
                .forEach(warning -> text.append("- warning: ").append(warning).append('\n'));
        return text.toString();
    }
}
