// SPDX-License-Identifier: Apache-2.0
package io.tunloop.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Maven makes of the settings in pom.xml. That the version of every plugin is pinned is a rule of the enforcer there. */
@Timeout(180)
class PomIT {
    private static String maven(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("scripts/maven.sh", "-B"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** A test that does not exist fails the build, unless no test is looked for. */
    @ParameterizedTest
    @ValueSource(strings = {"-DskipTests", "-DskipITs", "-Dmaven.test.skip=true"})
    void shouldRunNoIntegrationTestWhenTestsAreSkipped(String setting) throws Exception {
        assertThat(maven(setting, "-Dit.test=NoSuchIT", "failsafe:integration-test"))
                .contains("Tests are skipped.");
    }

    /** scripts/build.sh builds so: what tests need is most of what Maven would download. */
    @Test
    void shouldResolveNothingForTestsWhenNoneIsCompiled() throws Exception {
        assertThat(maven("-Dmaven.test.skip=true", "-Dmdep.includeScope=test", "dependency:build-classpath"))
                .contains("netty-transport", "picocli")
                .doesNotContain("junit", "jazzer", "jmh-core", "assertj", "selenium");
    }
}
