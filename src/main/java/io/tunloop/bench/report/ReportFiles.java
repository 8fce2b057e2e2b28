// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.host.WholeFile;
import io.tunloop.bench.plan.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Writes every kind of report into one folder. */
public final class ReportFiles {
    private final Path folder;
    private final Path json;
    private final Consumer<String> status;

    /**
     * @param json where the result file goes too; {@code null} for nowhere else
     * @param status is told of each file
     */
    public ReportFiles(Path folder, Path json, Consumer<String> status) {
        this.folder = folder;
        this.json = json;
        this.status = status;
    }

    /** Finds out before anything is measured whether there will be a place for the results. */
    public void prepare() throws IOException {
        WholeFile.prepare(folder.resolve("bench.json"));
        if (json != null) {
            WholeFile.prepare(json);
        }
    }

    /** Keeps all that a failed process wrote. Returns what the row's reason says of it; "" when there is nothing. */
    public String writeErrorOutput(Row row, String errorOutput) {
        if (errorOutput.lines().filter(line -> !line.isBlank()).count() < 2) {
            return ""; // the reason is all of it
        }
        Path file = folder.resolve(row.fileName() + "-stderr.txt");
        try {
            WholeFile.write(file, errorOutput + '\n');
            return " (more in " + file + ')';
        } catch (IOException e) {
            return " (" + e.getMessage() + ')';
        }
    }

    /** A report without a single run does not take the place of one of before. */
    public void write(Report report) throws IOException {
        if (report.isEmpty() && Files.exists(folder.resolve("bench.json"))) {
            status.accept("nothing was measured: the report in " + folder + " stays as it is");
            return;
        }
        write(folder.resolve("bench.json"), JsonReport.render(report));
        write(folder.resolve("bench.md"), MarkdownReport.render(report));
        write(folder.resolve("bench.csv"), CsvReport.render(report));
        if (json != null) {
            write(json, JsonReport.render(report));
        }
        write(folder.resolve("bench.html"), HtmlReport.render(report));
        for (BarChart chart : BarCharts.of(report.rows())) {
            WholeFile.write(folder.resolve(chart.name() + ".svg"), BarDrawing.file(chart));
        }
    }

    private void write(Path file, String text) throws IOException {
        WholeFile.write(file, text);
        status.accept("written: " + file);
    }
}
