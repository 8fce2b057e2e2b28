// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before any device is opened: with code 2, and a line that says why. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForwardCommandTest {
    @TempDir
    private Path folder;

    /** Runs it with the launcher's heap and stacks. Returns what it has printed. */
    private String refused(Map<String, String> environment, String... arguments) throws Exception {
        var command = JavaProcess.command(Main.class, "forward");
        command.addAll(1, List.of("-Xss256k", "-Xmx24m", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(2);
        return output;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--fd1 3 --fd2 3 | descriptor 3 is given for two devices: each needs its own",
                "--fd1=-4 --fd2 3 | fd1 must not be negative: -4",
                "--fd1 99999999999 --fd2 3 | Invalid value for option '--fd1': '99999999999' is not an int",
                "--fd1 3 --fd2 4 --drain-timeout 999999999h | Invalid value for option "
                        + "'--drain-timeout': '999999999h' is longer than 24h",
                "--fd1 3 --fd2 4 --txqueuelen 2147483647 | Invalid value for option "
                        + "'--txqueuelen': txQueueLength must be 0..524288: 2147483647",
                "--fd1 3 --fd2 4 --mtu 2147483647 | Invalid value for option "
                        + "'--mtu': MTU must be 68..65535: 2147483647",
                "--fd1 3 --fd2 4 --thread 2147483647 | threads must be 1..2, one for each direction at most, in "
                        + "mode async-normal: 2147483647",
                "--fd1 3 --fd2 4 --read-batch 2147483647 | readBatch must be 1..1024: 2147483647",
                "--iface1 a --iface2 b --ip1 10.0.0.1 --prefix1 2147483647 | prefix length of 10.0.0.1 must be "
                        + "0..32: 2147483647",
                "--fd1 3 --fd2 4 --summary-json /nowhere/a.json | summary-json /nowhere/a.json is in no folder "
                        + "that there is: create /nowhere",
                "--fd1 3 --fd2 4 --summary-json /tmp | summary-json /tmp is a folder: name a file, or - for stdout",
                "--fd1 3 --fd2 4 --metrics [::1 | Invalid value for option '--metrics': [::1 is not "
                        + "HOST:PORT, like 127.0.0.1:9464 or [::1]:9464",
                "--fd1 3 --fd2 4 --group users | group needs a user: give both, or neither",
                "--config /dev/null | /dev/null cannot be read: it is not a regular file"
            })
    void shouldRefuse(String arguments, String line) throws Exception {
        List<String> lines = refused(Map.of(), ("--mode async-normal " + arguments).split(" "))
                .lines()
                .toList();
        assertThat(lines.get(0)).isEqualTo("tunloop: " + line);
        // What picocli itself refuses is about the command line.
        assertThat(lines.subList(1, lines.size())).isSubsetOf("Try 'tunloop forward --help'.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "WATCHDOG_USEC | soon | WATCHDOG_USEC must be a number above 0, of microseconds: soon",
                "WATCHDOG_USEC | 0 | WATCHDOG_USEC must be a number above 0, of microseconds: 0",
                "WATCHDOG_USEC | 18446744073709551615 | WATCHDOG_USEC must be a number above 0, of microseconds: 184467",
                "WATCHDOG_PID | me | WATCHDOG_PID must be a number above 0, of the process: me",
                "TUNLOOP_CONFIG | '' | TUNLOOP_CONFIG is empty: name a file, or unset it",
                "TUNLOOP_FD2 | 3 | descriptor 3 is given for two devices"
            })
    void shouldRefuseAnEnvironment(String name, String value, String line) throws Exception {
        var environment = new HashMap<>(Map.of("WATCHDOG_USEC", "1000000", "TUNLOOP_FD2", "4"));
        environment.put(name, value);
        assertThat(refused(environment, "--mode", "async-normal", "--fd1", "3").lines())
                .singleElement()
                .asString()
                .startsWith("tunloop: " + line);
    }

    /** Picocli would put the file's words in its place. */
    @Test
    void shouldTakeNoArgumentsFromAFile() throws Exception {
        Path file =
                Files.writeString(folder.resolve("arguments"), "--mode async-normal --iface1 tun11 --iface2 tun22\n");
        assertThat(refused(Map.of(), "@" + file).lines())
                .first()
                .isEqualTo("tunloop: Unmatched argument at index 1: '@" + file + "'");
    }

    @Test
    void shouldNotWaitForTheReaderOfASummary() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThat(refused(Map.of(), "--mode", "async-normal", "--fd1", "3", "--fd2", "4", "--summary-json", fifo + ""))
                .startsWith("tunloop: summary-json " + fifo + " is a fifo, which would wait for a reader");
    }

    @Test
    void shouldRefuseInOneLineAFileThatItHasNoMemoryFor() throws Exception {
        Path file = folder.resolve("tunloop.toml");
        for (String text :
                List.of("key = 1\n".repeat(60_000), "#" + "x".repeat(20 << 20), "mtu = " + "[\n".repeat(100_000))) {
            Files.writeString(file, text);
            assertThat(refused(Map.of(), "--config", file.toString()).lines())
                    .singleElement()
                    .asString()
                    .startsWith("tunloop: " + file);
        }
    }
}
