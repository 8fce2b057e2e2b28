// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts/tunloop makes of its arguments, with a Java that says how it was called. */
class LauncherTest {
    private static final String NO_ATTACH = "-XX:+DisableAttachMechanism";

    @TempDir
    private Path folder;

    @BeforeEach
    void makeJava() throws IOException {
        Path java = Files.createDirectories(folder.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"$@\"\ngrep SigIgn /proc/self/status\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("tunloop.jar"), "");
    }

    private String launch(Map<String, String> environment, String... arguments) throws Exception {
        var builder = new ProcessBuilder("scripts/tunloop").redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment().remove("TUNLOOP_ATTACH");
        builder.environment().put("JAVA_HOME", folder.toString());
        builder.environment().put("TUNLOOP_JAR", folder.resolve("tunloop.jar").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void shouldLetNobodyAttachToADaemonUnlessAskedFor() throws Exception {
        assertThat(launch(Map.of(), "forward", "--mode", "async-gso")).contains(NO_ATTACH);
        assertThat(launch(Map.of("TUNLOOP_ATTACH", "1"), "forward")).doesNotContain(NO_ATTACH);
        assertThat(launch(Map.of("TUNLOOP_JAVA_OPTS", "-XX:-DisableAttachMechanism"), "forward"))
                .containsSubsequence(NO_ATTACH, "-XX:-DisableAttachMechanism");
    }

    /** A package that has a runtime is run with it, whatever else is on the PATH; who names another means it. */
    @Test
    void shouldPreferTheRuntimeBesideItsJar() throws Exception {
        Path own = Files.createDirectories(folder.resolve("jre/bin")).resolve("java");
        Files.writeString(own, "#!/bin/sh\necho its own\n");
        assertThat(own.toFile().setExecutable(true)).isTrue();

        assertThat(launch(Map.of("JAVA_HOME", ""), "--version")).isEqualTo("its own\n");
        assertThat(launch(Map.of(), "--version")).contains("-jar").doesNotContain("its own");
    }

    @Test
    void shouldRefuseAJarThatIsNotThere() throws Exception {
        String missing = folder.resolve("missing.jar").toString();

        assertThat(launch(Map.of("TUNLOOP_JAR", missing), "forward"))
                .isEqualTo("tunloop: TUNLOOP_JAR is no file: " + missing + "; name the jar, or unset it\n");
    }

    @Test
    void shouldIgnoreSigusr1UntilTheDaemonHandlesIt() throws Exception {
        assertThat(ignored(launch(Map.of(), "forward")) >> 9 & 1).isEqualTo(1);
        assertThat(ignored(launch(Map.of(), "bench")) >> 9 & 1).isZero();
    }

    /** A bit for each signal, from 1 on. */
    private static long ignored(String output) {
        String mask = output.lines()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return Long.parseUnsignedLong(mask.substring(mask.indexOf('\t') + 1), 16);
    }
}
