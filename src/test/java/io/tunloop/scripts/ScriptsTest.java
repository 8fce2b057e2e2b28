// SPDX-License-Identifier: Apache-2.0
package io.tunloop.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.scripts.StubTools.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts call of each other, and which Maven builds. */
class ScriptsTest {
    @TempDir
    private Path folder;

    private StubTools tools;

    @BeforeEach
    void machine() {
        tools = new StubTools(folder);
    }

    /** Stubs for the project's own scripts, but the one that is tested. */
    private void haveScripts(String... names) {
        for (String name : names) {
            tools.have("project/scripts/" + name);
        }
    }

    @ParameterizedTest
    @CsvSource({"bench.sh, setup.sh bench", "flamegraph.sh, setup.sh flamegraph", "test.sh, setup.sh test"})
    void shouldSetUpForItsOwnPurpose(String script, String call) {
        Path copy = tools.copy("scripts/" + script);
        tools.stub("project/scripts/setup.sh", "exit 1");

        assertThat(tools.run(copy).exitCode()).isEqualTo(1);
        assertThat(tools.calls()).containsExactly(call);
    }

    private Path exampleScript() {
        tools.copy("examples/PingResponder.java");
        tools.stub("java", "[ $1 != --list-modules ] || echo jdk.compiler@17");
        haveScripts("build.sh");
        return tools.copy("scripts/example");
    }

    @Test
    void shouldListTheExamples() {
        assertThat(tools.run(exampleScript()).output())
                .matches("PingResponder +Answers pings to every address of a network\n");
    }

    @Test
    void shouldRunAnExampleFromItsSource() {
        assertThat(tools.run(exampleScript(), "PingResponder", "tun0", "10.7.0.1/24")
                        .exitCode())
                .isZero();
        assertThat(tools.calls()).hasSize(3).contains("build.sh ");
        assertThat(tools.calls()).last().asString().endsWith("examples/PingResponder.java tun0 10.7.0.1/24");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Nope", "../examples/PingResponder", "PingResponder.java", ""})
    void shouldRefuseAnExampleThatThereIsNot(String name) {
        Outcome outcome = tools.run(exampleScript(), name);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).isEqualTo("example: no example '" + name + "'; scripts/example lists them\n");
        assertThat(tools.calls()).isEmpty();
    }

    @Test
    void shouldSayThatExamplesNeedACompiler() {
        Path example = exampleScript();
        tools.stub("java", "echo java.base@17");
        Outcome outcome = tools.run(example, "PingResponder");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).contains("cannot compile: install a JDK").hasLineCount(1);
    }

    @Test
    void shouldLeaveAClassArchiveAfterTheTests() {
        Path test = tools.copy("scripts/test.sh");
        haveScripts("setup.sh", "maven.sh", "build.sh", "jmh.sh", "fuzz.sh");
        tools.have("clang-format", "cmake", "ctest");
        tools.stub("cmake", "mkdir -p target/native-sanitized");

        assertThat(tools.run(test).output()).endsWith("test: all passed\n");
        assertThat(tools.calls()).containsSubsequence("maven.sh -B -ntp verify", "build.sh ");
    }

    @ParameterizedTest
    @CsvSource({"3.5.4, mvnw", "3.6.3, mvn", "3.8.7, mvn", "3.10.0, mvn", "4.0.0-rc-4, mvn"})
    void shouldRunTheMavenOnThePathIfItIsNewEnough(String version, String expected) {
        Path maven = tools.copy("scripts/maven.sh");
        tools.stub("mvn", "echo '\033[1mApache Maven " + version + "\033[m'").have("project/mvnw");

        assertThat(tools.run(maven, "package").exitCode()).isZero();
        assertThat(tools.calls()).last().isEqualTo(expected + " package");
    }

    @Test
    void shouldFetchAMavenWhereThereIsNone() {
        Path maven = tools.copy("scripts/maven.sh");
        tools.have("project/mvnw");

        tools.run(maven, "-q", "package");
        assertThat(tools.calls()).containsExactly("mvnw -q package");
    }

    /** Without wget, curl and unzip: Java fetches it, tar unpacks it. */
    @Test
    void shouldRefuseAMavenThatIsNotTheOnePinned() throws IOException {
        Path mvnw = tools.copy("mvnw");
        tools.copy(".mvn/wrapper/maven-wrapper.properties");
        String url = Files.readAllLines(Path.of(".mvn/wrapper/maven-wrapper.properties")).stream()
                .filter(line -> line.startsWith("distributionUrl="))
                .map(line -> line.substring(line.indexOf("/org/apache/maven/")).replace(".zip", ".tar.gz"))
                .findFirst()
                .orElseThrow();
        Path archive = folder.resolve("repository" + url);
        Files.createDirectories(archive.getParent());
        Files.writeString(archive, "another Maven");
        tools.set(
                "MVNW_REPOURL", folder.resolve("repository").toUri().toString().replaceFirst("/$", ""));
        tools.set("JAVA_HOME", System.getProperty("java.home"));

        Outcome outcome = tools.run(mvnw, "--version");
        assertThat(outcome.output()).contains("Failed to validate Maven distribution SHA-256");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }
}
