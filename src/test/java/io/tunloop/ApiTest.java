// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The public API changes on purpose only. Who means to change it runs the test with {@code -Dtunloop.api.update=true},
 * looks at the difference of the file, and says in the change log what an embedder has to do.
 */
class ApiTest {
    private static final Path KNOWN = Path.of("src/test/resources/io/tunloop/api.txt");

    @Test
    void shouldHaveTheApiThatIsWrittenDown() throws Exception {
        List<String> now = PublicApi.lines();
        if (Boolean.getBoolean("tunloop.api.update")) {
            Files.write(KNOWN, now);
        }
        assertThat(now)
                .as("public API; if the change is meant: mvn test -Dtest=ApiTest -Dtunloop.api.update=true")
                .containsExactlyElementsOf(Files.readAllLines(KNOWN));
    }
}
