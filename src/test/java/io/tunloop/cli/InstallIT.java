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

/** What scripts/install.sh makes of a prefix. */
@Timeout(300)
class InstallIT {
    @TempDir
    private static Path prefix;

    @BeforeAll
    static void install() throws Exception {
        assertThat(run("scripts/install.sh " + prefix)).contains("install: done");
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

    private static Path unit() {
        return prefix.resolve("lib/systemd/system/tunloop.service");
    }

    @Test
    void shouldRun() throws Exception {
        assertThat(run(prefix + "/bin/tunloop --version")).startsWith("tunloop ");
    }

    @Test
    void shouldInstallAnExampleThatIsRight() throws Exception {
        assertThat(run(prefix + "/bin/tunloop forward --print-config --config " + prefix + "/etc/tunloop/tunloop.toml"))
                .contains("mode = \"async-gso\"");
    }

    @Test
    void shouldKeepSettingsThatAreThere() throws Exception {
        Path settings = prefix.resolve("etc/tunloop/tunloop.toml");
        String own = Files.readString(settings) + "# my own\n";
        Files.writeString(settings, own);
        assertThat(run("scripts/install.sh " + prefix)).contains("install: kept " + settings);
        assertThat(settings).hasContent(own);
    }

    @Test
    void shouldSatisfySystemd() throws Exception {
        Tools.require("systemd-analyze");
        assertThat(run("systemd-analyze verify --man=no " + unit())).doesNotContain("tunloop.service:");
    }

    @Test
    void shouldBeRatedOkBySystemd() throws Exception {
        Tools.require("systemd-analyze");
        // The threshold is ten times the exposure, and 2.0 is well inside OK.
        assertThat(run("systemd-analyze security --offline=true --no-pager --threshold=25 " + unit()))
                .containsPattern("Overall exposure level for tunloop.service: .* (OK|SAFE)");
    }

    @Test
    void shouldCompleteInBash() throws Exception {
        String completion = prefix + "/share/bash-completion/completions/tunloop";
        assertThat(run("source " + completion
                        + "; COMP_WORDS=(tunloop f); COMP_CWORD=1; _complete_tunloop; echo ${COMPREPLY[@]}"))
                .contains("forward");
    }

    @Test
    void shouldHaveAManual() throws Exception {
        Tools.require("asciidoctor", "man", "col");
        assertThat(run("man -l " + prefix + "/share/man/man1/tunloop-forward.1 | col -b"))
                .contains("tunloop-forward - Forwards packets", "--drain-timeout=TIME", "SIGUSR1");
    }
}
