// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.measure.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultComparisonTest {
    private static final String GONE = row("gone", 1);

    @TempDir
    private Path folder;

    @Test
    void shouldTellChangesThatAreProvenFromThoseThatAreNot() throws IOException {
        ResultComparison comparison = compare(
                Measure.GBPS,
                row("slower", 10.0, 10.1, 10.2, 9.9) + row("faster", 1, 1.1, 1.2, 1.3) + row("same", 4, 5, 6, 7) + GONE,
                row("slower", 9.0, 9.1, 9.2, 8.9)
                        + row("faster", 2, 2.1, 2.2, 2.3)
                        + row("same", 4.5, 5.5, 6.6, 3)
                        + row("fresh", 1));

        assertThat(comparison.table().split("\n"))
                .containsExactly(
                        "| Row    | old gbps | new gbps |  change |     p | verdict |",
                        "| ------ | -------: | -------: | ------: | ----: | ------: |",
                        "| slower |    10.05 |     9.05 | -10.0 % | 0.029 |   worse |",
                        "| faster |     1.15 |     2.15 | +87.0 % | 0.029 |  better |",
                        "| same   |     5.50 |     5.00 |  -9.1 % | 0.686 |       ~ |",
                        "only old: gone",
                        "only new: fresh");
    }

    @Test
    void shouldFailWhatIsProvenToBeWorseByMoreThanAllowedAndWhatIsGone() throws IOException {
        ResultComparison comparison = compare(
                Measure.GBPS,
                row("slower", 10.0, 10.1, 10.2, 9.9) + row("wild", 10, 11, 12, 13) + GONE,
                row("slower", 9.0, 9.1, 9.2, 8.9) + row("wild", 1, 14, 15, 2));

        assertThat(comparison.worse(5)).containsExactly("slower", "gone");
        assertThat(comparison.worse(15)).containsExactly("gone");
    }

    @Test
    void shouldKnowThatLessCpuAndLatencyAreBetter() throws IOException {
        String before = row("up", 10.0, 10.1, 10.2, 9.9) + row("down", 10.0, 10.1, 10.2, 9.9);
        String after = row("up", 12.0, 12.1, 12.2, 11.9) + row("down", 8.0, 8.1, 8.2, 7.9);

        for (Measure measure : new Measure[] {Measure.CPU_PER_GBIT, Measure.LATENCY_P99, Measure.MEM_MAX}) {
            String property = measure.property();
            ResultComparison comparison =
                    compare(measure, before.replace("gbps", property), after.replace("gbps", property));

            assertThat(comparison.worse(5)).as(property).containsExactly("up");
        }
        assertThat(compare(Measure.GBPS, before, after).worse(5)).containsExactly("down");
    }

    @Test
    void shouldKnowThatARatioIsAsGoodAsWhatItIsARatioOf() throws IOException {
        String before = row("up", 1.0, 1.1, 1.2, 0.9).replace("gbps", "ratioToLimit");
        String after = row("up", 1.6, 1.7, 1.8, 1.5).replace("gbps", "ratioToLimit");

        for (String latency : List.of("latencyP50Us", "latencyP99Us")) {
            assertThat(ratios(before, after, latency).worse(5)).as(latency).containsExactly("up");
        }
        for (String throughput : List.of("gbps", "packetsPerSecond", "")) {
            assertThat(ratios(before, after, throughput).worse(5))
                    .as(throughput)
                    .isEmpty();
        }
    }

    private ResultComparison ratios(String before, String after, String primary) throws IOException {
        String rows = "{\"schema\": 1, \"primary\": \"" + primary + "\", \"rows\": [%s]}";
        Path old = write("old.json", rows.formatted(before.substring(0, before.length() - 1)));
        Path now = write("new.json", rows.formatted(after.substring(0, after.length() - 1)));
        return ResultComparison.read(old, now, Measure.RATIO_TO_LIMIT);
    }

    @Test
    void shouldNameTheLimitsOfRatiosToThem() throws IOException {
        String row = "{\"label\": \"%s\", %s \"median\": {\"ratioToLimit\": 0.9}},";
        String none = row.formatted("a", "") + row.formatted("b", "\"limit\": \"limit-plain\",");
        String ring = row.formatted("a", "\"limit\": \"limit-ring\",");

        assertThat(compare(Measure.RATIO_TO_LIMIT, none, ring + row.formatted("b", "\"limit\": \"limit-plain\","))
                        .table())
                .contains("| verdict |     limit |", "|       ~ | ? -> ring |", "|     plain |");
    }

    @Test
    void shouldProveNothingByMediansAlone() throws IOException {
        String median = "{\"label\": \"a\", \"median\": {\"gbps\": %s}},";
        ResultComparison comparison = compare(Measure.GBPS, median.formatted(10), median.formatted(5));

        assertThat(comparison.worse(5)).isEmpty();
        assertThat(comparison.below(0.9)).containsExactly("a");
        assertThat(comparison.table()).contains("|  - |       ~ |");
    }

    @Test
    void shouldNameTheRowsThatAreBelowARatioOrGone() throws IOException {
        ResultComparison comparison = compare(Measure.GBPS, row("a", 10) + GONE, row("a", 9));

        assertThat(comparison.below(0.9)).containsExactly("gone");
        assertThat(comparison.below(0.91)).containsExactly("a", "gone");
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        Path good = write("good.json", "{\"schema\": 1, \"rows\": []}");
        Path other = write("other.json", "{\"schema\": 2, \"rows\": []}");
        Path noJson = write("text.json", "hello");

        assertThatThrownBy(() -> ResultComparison.read(good, other, Measure.GBPS))
                .hasMessage(other + " is no result of schema 1");
        assertThatThrownBy(() -> ResultComparison.read(noJson, good, Measure.GBPS))
                .hasMessageContaining("is no JSON: ");
        assertThatThrownBy(() -> ResultComparison.read(good, Path.of("/no/such"), Measure.GBPS))
                .hasMessage("no such file: /no/such");
    }

    private ResultComparison compare(Measure measure, String before, String after) throws IOException {
        return ResultComparison.read(file("before.json", before), file("after.json", after), measure);
    }

    private Path file(String name, String rows) throws IOException {
        return write(name, "{\"schema\": 1, \"rows\": [" + rows.substring(0, rows.length() - 1) + "]}");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** A row with its runs, as the bench writes it. */
    private static String row(String label, double... gbps) {
        double[] sorted = gbps.clone();
        Arrays.sort(sorted);
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        String runs = Arrays.stream(gbps)
                .mapToObj(value -> "{\"gbps\": " + value + '}')
                .collect(Collectors.joining(","));
        return "{\"label\": \"%s\", \"median\": {\"gbps\": %s}, \"runs\": [%s]},".formatted(label, median, runs);
    }
}
