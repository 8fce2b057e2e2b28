// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ShellTest {
    private final Shell shell = new Shell(null);

    @Test
    void shouldReturnWhatACommandPrints() throws Exception {
        assertThat(shell.run(List.of("sh", "-c", "echo a; echo b"))).isEqualTo("a\nb");
    }

    @Test
    void shouldTellCommandCodeAndReasonOfAFailure() {
        assertThatThrownBy(() -> shell.run(List.of("sh", "-c", "echo out; echo first >&2; echo why >&2; exit 3")))
                .isInstanceOf(BenchException.class)
                .hasMessage("sh -c 'echo out; echo first >&2; echo why >&2; exit 3': exit code 3: why");
    }

    @Test
    void shouldKeepAllThatAFailedCommandSaid() {
        assertThatThrownBy(() -> shell.run(List.of("sh", "-c", "echo first >&2; echo why >&2; exit 3")))
                .isInstanceOfSatisfying(
                        BenchException.class,
                        failure -> assertThat(failure.errorOutput()).isEqualTo("first\nwhy"));
    }

    @Test
    void shouldHaveToolsSpeakTheLocaleThatProgramsReadAndLeaveForwardersTheirs() throws Exception {
        String users = System.getenv().getOrDefault("LC_ALL", "");
        try (Child forwarder = shell.startForwarder(List.of("sh", "-c", "echo \"[$LC_ALL]\""))) {
            assertThat(forwarder.awaitLine(line -> true, 5_000)).isEqualTo('[' + users + ']');
        }

        assertThat(shell.run(List.of("sh", "-c", "echo $LC_ALL"))).isEqualTo("C");
    }

    @Test
    void shouldLetToolsAttachToThoseForwardersAloneThatAreNotMeasured() throws Exception {
        List<String> tell = List.of("sh", "-c", "echo \"[$TUNLOOP_ATTACH]\"");
        try (Child measured = shell.startForwarder(tell);
                Child profiled = shell.startAttachable(tell)) {
            assertThat(measured.awaitLine(line -> true, 5_000)).isEqualTo("[]");
            assertThat(profiled.awaitLine(line -> true, 5_000)).isEqualTo("[1]");
        }
    }

    @Test
    void shouldEchoTheCommandAlone() throws Exception {
        var bytes = new ByteArrayOutputStream();
        new Shell(new PrintStream(bytes, true)).run(List.of("true", "a b"));

        assertThat(bytes).hasToString("+ true 'a b'\n");
    }

    @Test
    void shouldWaitForALineAndNoticeTheEndOfTheOutput() throws Exception {
        try (Child child = shell.start(List.of("sh", "-c", "echo one; echo two; echo three"))) {
            assertThat(child.awaitLine(line -> line.startsWith("tw"), 5_000)).isEqualTo("two");
            assertThat(child.awaitLine(line -> line.equals("one"), 5_000)).isNull();
        }
    }

    @Test
    void shouldGiveUpWaitingForALine() throws Exception {
        try (Child child = shell.start(List.of("sleep", "1000"))) {
            assertThatThrownBy(() -> child.awaitLine(line -> true, 20)).isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void shouldKillWhatRunsWhenStoppedAndStartNothingMore() throws Exception {
        Child child = shell.start(List.of("sleep", "1000"));

        shell.stop("it was told to end");

        assertThat(child.awaitExit(5_000)).isNotZero();
        assertThatThrownBy(() -> shell.run(List.of("true"))).isInstanceOf(InterruptedException.class);
    }
}
