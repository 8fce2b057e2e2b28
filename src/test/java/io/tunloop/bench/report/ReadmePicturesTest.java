// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The README's pictures are those of the result file beside them.
 *
 * <p>After new results or a new look: {@code -Dtunloop.pictures.update=true} draws them again.
 */
class ReadmePicturesTest {

    @ParameterizedTest
    @ValueSource(strings = {"ratio-to-limit", "gbps"})
    void shouldShowTheRecordedResult(String name) throws Exception {
        BarChart chart = BarCharts.of(RecordedReport.read(RecordedReport.README).rows()).stream()
                .filter(other -> other.name().equals(name))
                .findFirst()
                .orElseThrow();
        Path picture = RecordedReport.README.resolveSibling(name + ".svg");
        if (Boolean.getBoolean("tunloop.pictures.update")) {
            Files.writeString(picture, BarDrawing.file(chart));
        }

        assertThat(picture).hasContent(BarDrawing.file(chart));
        assertThat(Path.of("README.md")).content().contains(picture.toString());
    }
}
