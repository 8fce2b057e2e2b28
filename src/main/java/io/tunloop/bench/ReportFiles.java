// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Writes every kind of report into one folder. */
final class ReportFiles {
    private final Path folder;
    private final Consumer<String> status;

    /** @param status is told of each file and of what could not be made */
    ReportFiles(Path folder, Consumer<String> status) {
        this.folder = folder;
        this.status = status;
    }

    /** @param json where the result file goes too; {@code null} for nowhere else */
    void write(Report report, Path json) throws IOException {
        write(folder.resolve("bench.json"), JsonReport.render(report));
        write(folder.resolve("bench.md"), MarkdownReport.render(report));
        write(folder.resolve("bench.csv"), CsvReport.render(report));
        if (json != null) {
            write(json, JsonReport.render(report));
        }
        ChartFiles charts = charts(report);
        write(folder.resolve("bench.html"), HtmlReport.render(report, charts.svg()));
        for (Map.Entry<String, String> svg : charts.svg().entrySet()) {
            Files.writeString(folder.resolve(svg.getKey() + ".svg"), svg.getValue());
        }
        for (Map.Entry<String, byte[]> png : charts.png().entrySet()) {
            Files.write(folder.resolve(png.getKey() + ".png"), png.getValue());
        }
    }

    /** A machine without fonts, or an embedder without the charting library, gets the reports without drawings. */
    private ChartFiles charts(Report report) {
        try {
            return ChartFiles.of(report);
        } catch (LinkageError | RuntimeException e) {
            status.accept("no drawings: " + e);
            return new ChartFiles(Map.of(), Map.of());
        }
    }

    private void write(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text);
        status.accept("written: " + file);
    }
}
