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

/** What scripts/release.sh refuses before it makes anything, on machines that are stubs. */
class ReleaseScriptTest {
    @TempDir
    private Path folder;

    private StubTools tools;
    private Path script;
    private Path output;

    @BeforeEach
    void machine() {
        tools = new StubTools(folder).set("JAVA_HOME", System.getProperty("java.home"));
        tools.have("git", "objdump", "asciidoctor", "dpkg-deb", "unzip", "zip", "gpg", "rpmbuild", "jq", "ldd", "date");
        script = tools.copy("scripts/release.sh");
        output = folder.resolve("project/target/release");
    }

    private void assertRefused(Outcome outcome, int exitCode, String line) {
        assertThat(outcome.output()).startsWith("release: " + line).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(output).doesNotExist();
        assertThat(output.getParent().toFile().list()).isNullOrEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "tar, asciidoctor",
        "deb, dpkg-deb",
        "rpm, rpmbuild",
        "oci, jq",
        "maven, gpg",
    })
    void shouldNameAToolThatIsMissing(String part, String tool) throws IOException {
        Files.delete(folder.resolve(tool));
        assertRefused(
                tools.run(script, "--test-key", part), 1, part + " needs " + tool + ": run scripts/setup.sh release");
    }

    @Test
    void shouldRefuseABundleThatNobodySigns() {
        assertRefused(tools.run(script), 1, "maven is to be signed: say --key ID, or --test-key to try it");
    }

    @Test
    void shouldRefuseAKeyThatIsNotThere() {
        tools.stub("gpg", "exit 2");
        assertRefused(tools.run(script, "--key", "ABCD", "maven"), 1, "gpg has no secret key 'ABCD'");
    }

    @Test
    void shouldRefuseWhatIsInNoCommit() {
        tools.stub("git", "echo ' M README.md'");
        assertRefused(tools.run(script, "tar"), 1, "a release is of a commit, and this is in none: README.md");
    }

    @Test
    void shouldRefuseATreeThatIsNotBuilt() throws IOException {
        tools.copy("scripts/build.sh");
        assertRefused(
                tools.run(script, "--built", "tar"),
                1,
                "target is not built, or older than its sources: run scripts/build.sh");
    }

    @ParameterizedTest
    @CsvSource({"--nope, no option '--nope'", "zip, no part 'zip'", "--output, --output needs a value"})
    void shouldRefuseWhatItDoesNotKnow(String argument, String reason) {
        assertRefused(tools.run(script, argument), 2, reason);
    }

    /** It would be removed first. */
    @Test
    void shouldNotRemoveAFolderThatIsNoRelease() throws IOException {
        Path precious = Files.createDirectories(folder.resolve("precious"));
        Files.writeString(precious.resolve("file"), "");
        assertRefused(
                tools.run(script, "--output", precious.toString(), "tar"),
                1,
                precious + " is no release, since it has");
        assertThat(precious.resolve("file")).exists();
    }
}
