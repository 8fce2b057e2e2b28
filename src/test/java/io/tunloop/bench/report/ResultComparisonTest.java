// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultComparisonTest {
    private static final String ROW =
            "{\"label\": \"%s\", \"median\": {\"gbps\": %s}, \"min\": {\"gbps\": %s}, \"max\": {\"gbps\": %s}}";

    @TempDir
    private Path folder;

    @Test
    void shouldGiveRatiosWithTheirSpread() throws IOException {
        ResultComparison comparison = compare(
                ROW.formatted("a", 10, 8, 12) + ',' + ROW.formatted("gone", 1, 1, 1),
                ROW.formatted("a", 9, 6, 10) + ',' + ROW.formatted("fresh", 1, 1, 1));

        assertThat(comparison.table().split("\n"))
                .containsExactly(
                        "| Row | old gbps | new gbps | new/old |       spread |",
                        "| --- | -------: | -------: | ------: | -----------: |",
                        "| a   |    10.00 |     9.00 |    0.90 | 0.50 .. 1.25 |",
                        "only old: gone",
                        "only new: fresh");
    }

    @Test
    void shouldNameTheRowsThatAreSlowerOrGone() throws IOException {
        ResultComparison comparison = compare(
                ROW.formatted("a", 10, 8, 12) + ',' + ROW.formatted("gone", 1, 1, 1), ROW.formatted("a", 9, 6, 10));

        assertThat(comparison.below(0.9)).containsExactly("gone");
        assertThat(comparison.below(0.91)).containsExactly("a", "gone");
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        Path good = write("good.json", "{\"schema\": 1, \"rows\": []}");
        Path other = write("other.json", "{\"schema\": 2, \"rows\": []}");
        Path noJson = write("text.json", "hello");

        assertThatThrownBy(() -> ResultComparison.read(good, other, "gbps"))
                .hasMessage(other + " is no result of schema 1");
        assertThatThrownBy(() -> ResultComparison.read(noJson, good, "gbps")).hasMessageContaining("is no JSON: ");
        assertThatThrownBy(() -> ResultComparison.read(good, Path.of("/no/such"), "gbps"))
                .hasMessage("no such file: /no/such");
    }

    private ResultComparison compare(String before, String after) throws IOException {
        return ResultComparison.read(
                write("before.json", "{\"schema\": 1, \"rows\": [" + before + "]}"),
                write("after.json", "{\"schema\": 1, \"rows\": [" + after + "]}"),
                "gbps");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
