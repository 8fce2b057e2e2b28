// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.measure.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    private Path folder;

    @Test
    void shouldDrawEachRowOverTimeAndMarkWhatHasChanged() throws IOException {
        write(
                "b.json",
                "2026-11-21T10:04:07Z",
                "bbbb",
                row("async-gso", "limit-passthrough", 0.97, 0.96, 0.98, 0.95, 0.99));
        write(
                "a.json",
                "2026-11-20T10:02:00Z",
                "aaaaaa",
                row("async-gso", "limit-passthrough", 0.91, 0.90, 0.92, 0.89, 0.93)
                        + ','
                        + row("async-normal", "limit-plain", 1.3));
        write("c.json", "2026-11-22T00:00:00Z", "cc", row("async-normal", "limit-ring", 0.9));
        Files.writeString(folder.resolve("notes.txt"), "no result");

        assertThat(History.read(folder, Measure.RATIO_TO_LIMIT).render().split("\n"))
                .containsExactly(
                        "| ratioToLimit | results | lowest | highest | first | last | steps |",
                        "| ------------ | ------: | -----: | ------: | ----: | ---: | ----: |",
                        "| async-gso    |       2 |   0.91 |    0.97 |  0.91 | 0.97 |     1 |",
                        "| async-normal |       2 |   0.90 |    1.30 |  1.30 | 0.90 |     0 |",
                        "",
                        "async-gso",
                        "  2026-11-20 10:02  aaaaaa  0.91 |*" + " ".repeat(39) + "|",
                        "  2026-11-21 10:04  bbbb    0.97 |" + " ".repeat(39)
                                + "*| better: 0.91 -> 0.97 (+6.6 %, p 0.0079)",
                        "",
                        "async-normal",
                        "  2026-11-20 10:02  aaaaaa  1.30 |" + " ".repeat(39) + "*|",
                        "  2026-11-22 00:00  cc      0.90 |*" + " ".repeat(39) + "| the limit is ring from here on");
    }

    @Test
    void shouldKnowThatLessIsBetterForMemory() throws IOException {
        String row = "{\"label\": \"a\", \"median\": {\"memMaxMiB\": %1$d}, \"runs\": [%2$s]}";
        String runs = "{\"memMaxMiB\": %1$d1},{\"memMaxMiB\": %1$d2},{\"memMaxMiB\": %1$d3},{\"memMaxMiB\": %1$d4}";
        write("1.json", "2026-01-01T00:00:00Z", "a", row.formatted(62, runs.formatted(6)));
        write("2.json", "2026-01-02T00:00:00Z", "b", row.formatted(52, runs.formatted(5)));

        assertThat(History.read(folder, Measure.MEM_MAX).render()).contains("better: 62.5 -> 52.5 (-16.0 %, p 0.0286)");
    }

    @Test
    void shouldSayWhatIsWrongWithAFolder() throws IOException {
        assertThatThrownBy(() -> History.read(Path.of("/no/such"), Measure.GBPS))
                .hasMessage("no such folder: /no/such");
        assertThatThrownBy(() -> History.read(folder, Measure.GBPS))
                .hasMessage("no result file in " + folder + " has gbps");

        write("a.json", "2026-11-20T10:02:00Z", "a", row("m", "limit-plain", 1));
        Files.writeString(folder.resolve("b.json"), "{\"schema\": 1, \"workload\": \"udp\", \"rows\": []}");
        assertThatThrownBy(() -> History.read(folder, Measure.RATIO_TO_LIMIT))
                .hasMessage(
                        folder + " has results of different workloads, tcp and udp (b.json): use a folder for each");

        Files.writeString(folder.resolve("a.json"), "{}");
        assertThatThrownBy(() -> History.read(folder, Measure.GBPS))
                .hasMessageEndingWith("a.json is no result of schema 1");
    }

    private void write(String name, String started, String commit, String rows) throws IOException {
        Files.writeString(folder.resolve(name), """
                {"schema": 1, "started": "%s", "workload": "tcp", "environment": {"commit": "%s"}, "rows": [%s]}""".formatted(started, commit, rows));
    }

    /** A row with its runs, the first of which is the median. */
    private static String row(String label, String limit, double... ratios) {
        StringBuilder runs = new StringBuilder();
        for (double ratio : ratios) {
            runs.append(runs.isEmpty() ? "" : ",")
                    .append("{\"ratioToLimit\": ")
                    .append(ratio)
                    .append('}');
        }
        return "{\"label\": \"%s\", \"limit\": \"%s\", \"median\": {\"ratioToLimit\": %s}, \"runs\": [%s]}"
                .formatted(label, limit, ratios[0], runs);
    }
}
