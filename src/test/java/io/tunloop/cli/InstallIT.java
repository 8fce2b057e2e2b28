// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts/install.sh makes of a prefix. */
@Timeout(300)
class InstallIT {
    private static final String UNIT = "/lib/systemd/system/tunloop.service";

    @TempDir
    private static Path folder;

    /** Not what sed, a shell or systemd would leave as it is. */
    private static Path prefix;

    @BeforeAll
    static void install() throws Exception {
        prefix = folder.resolve("a folder & more|#1");
        assertThat(run("scripts/install.sh " + quoted(""))).contains("install: done");
    }

    /** A file below the prefix, for a shell. */
    private static String quoted(String file) {
        return "'" + prefix + file + "'";
    }

    private static String run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    @Test
    void shouldRun() throws Exception {
        assertThat(run(quoted("/bin/tunloop") + " --version")).startsWith("tunloop ");
    }

    @Test
    void shouldNameWhatSystemdIsToStart() throws Exception {
        assertThat(Files.readAllLines(Path.of(prefix + UNIT)))
                .contains("ExecStart=\"" + prefix + "/bin/tunloop\" forward --config \"" + prefix
                        + "/etc/tunloop/tunloop.toml\" --log-format text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a%b", "a$b", "a\"b", "a\\b", "a\nb"})
    void shouldRefuseAPrefixThatCannotWork(String bad) throws Exception {
        Process process = new ProcessBuilder("scripts/install.sh", folder + "/" + bad)
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("install: PREFIX must not contain ");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void shouldInstallAnExampleThatIsRight() throws Exception {
        assertThat(run(quoted("/bin/tunloop") + " forward --print-config --config "
                        + quoted("/etc/tunloop/tunloop.toml")))
                .contains("mode = \"async-gso\"");
    }

    @Test
    void shouldKeepSettingsThatAreThere() throws Exception {
        Path settings = prefix.resolve("etc/tunloop/tunloop.toml");
        String own = Files.readString(settings) + "# my own\n";
        Files.writeString(settings, own);
        assertThat(run("scripts/install.sh " + quoted(""))).contains("install: kept " + settings);
        assertThat(settings).hasContent(own);
    }

    @Test
    void shouldSatisfySystemd() throws Exception {
        Tools.require("systemd-analyze");
        assertThat(run("systemd-analyze verify --man=no " + quoted(UNIT))).doesNotContain("tunloop.service:");
    }

    @Test
    void shouldBeRatedOkBySystemd() throws Exception {
        Tools.require("systemd-analyze");
        // The threshold is ten times the exposure, and 2.0 is well inside OK.
        assertThat(run("systemd-analyze security --offline=true --no-pager --threshold=25 " + quoted(UNIT)))
                .containsPattern("Overall exposure level for tunloop.service: .* (OK|SAFE)");
    }

    @Test
    void shouldCompleteInBash() throws Exception {
        String completion = quoted("/share/bash-completion/completions/tunloop");
        assertThat(run("source " + completion
                        + "; COMP_WORDS=(tunloop f); COMP_CWORD=1; _complete_tunloop; echo ${COMPREPLY[@]}"))
                .contains("forward");
    }

    @Test
    void shouldHaveAManual() throws Exception {
        Tools.require("asciidoctor", "man", "col");
        assertThat(run("man -l " + quoted("/share/man/man1/tunloop-forward.1") + " | col -b"))
                .contains("tunloop-forward - Forwards packets", "--drain-timeout=TIME", "SIGUSR1");
    }
}
