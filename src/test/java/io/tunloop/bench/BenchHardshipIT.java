// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.testing.RequiresTun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bench on machines that are not as it would like them: stand-ins of tools on the PATH make them so. */
@RequiresTun
class BenchHardshipIT {
    private static final String[] SHORT = {"--time", "1", "--warm-up", "0", "--repeat", "1", "--no-limits"};

    @TempDir
    private Path folder;

    private Path tools;

    @BeforeEach
    void makeFolderOfStandIns() throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
    }

    @Test
    void shouldMeasureWhereNamespacesHaveNoIpv6() throws Exception {
        switchIpv6OffInNewNamespaces();

        try (BenchProcess bench = bench("--baseline", "limit-plain", "async-normal")) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
        }
    }

    @Test
    void shouldSayThatNamespacesHaveNoIpv6() throws Exception {
        switchIpv6OffInNewNamespaces();

        try (BenchProcess bench = bench("--ipv6", "limit-plain")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log()).contains("this machine's namespaces have no IPv6");
        }
    }

    @Test
    void shouldRemoveNamespacesThatWereHalfMadeAndMeasureTheNextRow() throws Exception {
        standIn("ip", """
                case "$*" in
                "netns add tunloop-"*-2)
                    if mkdir %s/tripped 2>/dev/null; then
                        echo 'mount --bind failed: No space left on device' >&2
                        exit 1
                    fi
                esac
                """.formatted(folder));

        try (BenchProcess bench = bench("limit-plain", "limit-epoll")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.leftovers()).isEmpty();
        }

        JsonNode rows = rows();
        assertThat(rows.get(0).get("error").asText())
                .endsWith("exit code 1: mount --bind failed: No space left on device");
        assertThat(rows.get(1).get("error").isNull()).as(rows.toString()).isTrue();
    }

    @Test
    void shouldReadToolsThatSpeakTheUsersLanguage() throws Exception {
        standIn("ping", """
                if [ "$LC_ALL" != C ]; then
                    echo '64 Bytes von 10.0.2.1: icmp_seq=1 ttl=64 Zeit=0,1 ms'
                    exit
                fi
                """);

        try (BenchProcess bench = bench("--workload", "ping", "limit-plain")) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
        }
    }

    @Test
    void shouldNameTheLastReasonOfAForwarderAndKeepAllItSaid() throws Exception {
        Path peer = script(folder.resolve("peer"), """
                echo 'Picked up JAVA_TOOL_OPTIONS: -Da=b' >&2
                echo 'opening devices' >&2
                echo 'no device: busy' >&2
                exit 1
                """);

        try (BenchProcess bench = bench("--peer", "other=" + peer)) {
            assertThat(bench.awaitExit()).isEqualTo(1);
        }

        assertThat(rows().get(0).get("error").asText()).contains(": no device: busy (more in ");
        assertThat(folder.resolve("report/other-stderr.txt"))
                .hasContent("Picked up JAVA_TOOL_OPTIONS: -Da=b\nopening devices\nno device: busy\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "TERM", "INT"})
    void shouldSayInTheReportThatASignalEndedIt(String signal) throws Exception {
        try (BenchProcess bench = BenchProcess.start(folder, "--time", "1", "--repeat", "100", "limit-plain")) {
            while (!bench.log().contains("Monitor Summary:")) {
                assertThat(bench.endsWithinMs(50)).as(bench.log()).isFalse();
            }
            bench.signal(signal);

            assertThat(bench.awaitExit()).isEqualTo(130);
            assertThat(result().get("stopped").asText()).isEqualTo("it was told to end");
            assertThat(bench.leftovers()).isEmpty();
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenItsTimeIsUp() throws Exception {
        try (BenchProcess bench = BenchProcess.start(
                folder, List.of("timeout", "6"), Map.of(), "--time", "1", "--repeat", "100", "limit-plain")) {
            assertThat(bench.awaitExit()).isEqualTo(124); // that of timeout(1)
            assertThat(bench.log()).contains("stopped: what follows is what was measured");
            assertThat(bench.leftovers()).isEmpty();
        }
    }

    @Test
    void shouldStopWhenNobodyReadsItsOutput() throws Exception {
        try (BenchProcess bench = BenchProcess.startPiped(folder, "--time", "1", "--repeat", "100", "limit-plain")) {
            bench.output().close();

            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log()).contains("nobody reads its standard output any more");
            assertThat(result().get("stopped").asText()).contains("nobody reads its standard output");
            assertThat(bench.leftovers()).isEmpty();
        }
    }

    @Test
    void shouldKeepTheLastResultWhenTheDiskIsFull() throws Exception {
        Path report = Files.createDirectory(folder.resolve("report"));
        String smallDisk = "mount -t tmpfs -o size=64k tmpfs $0 && echo old >$0/bench.json"
                + " && head -c 56k /dev/zero >$0/filler && \"$@\"; code=$?;"
                + " ls -A $0 >$0/../list; cp $0/bench.json $0/../kept.json; exit $code";
        List<String> wrapper = List.of("unshare", "--mount", "sh", "-c", smallDisk, report.toString());

        try (BenchProcess bench = BenchProcess.start(folder, wrapper, Map.of(), args("limit-plain", "async-normal"))) {
            assertThat(bench.awaitExit()).as(bench.log()).isEqualTo(1);
            assertThat(bench.log())
                    .contains("| # | Mode ", "tunloop: cannot write ", "bench.json: No space left on device")
                    .doesNotContain("\tat ");
            assertThat(bench.leftovers()).isEmpty();
        }
        assertThat(folder.resolve("kept.json")).hasContent("old\n");
        assertThat(Files.readAllLines(folder.resolve("list"))).containsExactlyInAnyOrder("bench.json", "filler");
    }

    @Test
    void shouldKeepTheLastResultWhenNothingIsMeasured() throws Exception {
        Files.createDirectory(folder.resolve("report"));
        Files.writeString(folder.resolve("report/bench.json"), "old");

        try (BenchProcess bench = bench("--peer", "other=/bin/false")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log()).contains("nothing was measured: ");
        }
        assertThat(folder.resolve("report/bench.json")).hasContent("old");
    }

    @Test
    void shouldSayBeforeItMeasuresThatTheKernelDoesNotKnowTheCongestionControl() throws Exception {
        try (BenchProcess bench = bench("--cc", "nosuch", "limit-plain")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log()).startsWith("tunloop: --cc nosuch: the kernel has no such congestion control");
        }
    }

    @Test
    void shouldSayBeforeItMeasuresThatItCannotWriteItsReport() throws Exception {
        Files.writeString(folder.resolve("report"), "a file");

        try (BenchProcess bench = bench("limit-plain")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log()).startsWith("tunloop: cannot write " + folder.resolve("report/bench.json"));
        }
    }

    @Test
    @Timeout(60)
    void shouldFindWhatCannotStartBeforeAnythingIsMeasured() throws Exception {
        String[] arguments = {
            "--time", "1", "--peer", "dies=/bin/false", "--peer", "bad=/bin/sh -c 'echo why >&2; exit 3'"
        };

        try (BenchProcess bench = BenchProcess.start(folder, arguments)) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log())
                    .contains("cannot start: dies: the forwarder ended before its devices were up: it printed nothing")
                    .contains("cannot start: bad: the forwarder ended before its devices were up: why")
                    .doesNotContain("iperf3 summary");
            assertThat(bench.leftovers()).isEmpty();
        }
        assertThat(rows()).extracting(row -> row.get("runs").size()).containsOnly(0);
    }

    @Test
    void shouldMeasureTheOthersAndSayHowLongItTakes() throws Exception {
        try (BenchProcess bench = bench("--peer", "dies=/bin/false", "async-normal")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log())
                    .containsPattern("1 rows, 1 rotations: about \\d+:\\d\\d min\\n\\[1/")
                    .contains("== async-normal");
        }
    }

    @Test
    void shouldRefuseIpv6OfASockperfThatDoesNotKnowItBeforeAnythingStarts() throws Exception {
        standIn("sockperf", "echo 'sockperf, version 3.7-no.git'; exit");

        try (BenchProcess bench = bench("--workload", "rr", "--ipv6", "limit-plain")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log())
                    .isEqualTo("tunloop: --workload rr --ipv6 needs sockperf 3.8 or newer: version 3.7\n");
        }
    }

    @Test
    void shouldSayThatThereIsNoPmuAndWhereAllOfItRan() throws Exception {
        standIn("perf", "echo '<not supported>,,cycles,0,100.00,,' >&2; exit");

        try (BenchProcess bench = bench("--pin", "--counters", "limit-plain")) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log()).contains("are not counted: PMU: none here\n");
        }

        assertThat(result().at("/environment/pmu").asText()).isEqualTo("none here");
        assertThat(result().at("/environment/pinning").asText()).startsWith("client ");
        assertThat(rows().at("/0/median").has("cyclesPerPacket")).isFalse();
    }

    @Test
    void shouldCountWhereThereIsAPmu() throws Exception {
        standIn("perf", """
                case "$*" in
                *' -p '*)
                    sleep 100 &
                    trap "kill $!" INT
                    wait
                esac
                echo '9000000000,,cycles,1,100.00,,' >&2
                echo '18000000000,,instructions,1,100.00,,' >&2
                exit
                """);

        try (BenchProcess bench = bench("--counters", "limit-plain")) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
        }

        assertThat(rows().at("/0/median/instructionsPerCycle").asDouble()).isEqualTo(2);
        assertThat(rows().at("/0/median/cyclesPerPacket").asDouble()).isPositive();
    }

    @Test
    void shouldLeaveOutALimitThatNobodyNamedAndThisMachineDoesNotHave() throws Exception {
        Path limit = script(folder.resolve("limit"), """
                [ "$1" != ring ] || { echo 'limit: io_uring_setup: EPERM' >&2; exit 1; }
                exec "$LIMIT" "$@"
                """);
        Map<String, String> environment = Map.of("TUNLOOP_LIMIT", limit.toString(), "LIMIT", limitProgram());
        String[] arguments = {"--time", "1", "--warm-up", "0", "--repeat", "1", "limit-plain"};

        try (BenchProcess bench = BenchProcess.start(folder, List.of(), environment, arguments)) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log()).contains("cannot start: limit-ring: ", "io_uring_setup: EPERM");
        }
        assertThat(rows()).extracting(row -> row.get("label").asText()).doesNotContain("limit-ring");
        assertThat(result().get("warnings").toString()).contains("without limit-ring: ");
    }

    @Test
    void shouldFailALimitThatIsNamedAndThisMachineDoesNotHave() throws Exception {
        Path limit = script(folder.resolve("limit"), "echo 'limit: io_uring_setup: EPERM' >&2; exit 1");

        try (BenchProcess bench =
                BenchProcess.start(folder, List.of(), Map.of("TUNLOOP_LIMIT", limit.toString()), args("limit-ring"))) {
            assertThat(bench.awaitExit()).isEqualTo(1);
        }
        assertThat(rows().at("/0/error").asText()).contains("io_uring_setup: EPERM");
    }

    private void switchIpv6OffInNewNamespaces() throws IOException {
        standIn("ip", """
                "$real" "$@" || exit
                if [ "$1 $2" = 'netns add' ]; then
                    "$real" netns exec "$3" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
                fi
                exit
                """);
    }

    /** A tool that does this first, and then what it always does. */
    private void standIn(String tool, String script) throws IOException {
        script(
                tools.resolve(tool),
                "real=$(PATH=${PATH#*:} command -v " + tool + ")\n" + script + "\nexec \"$real\" \"$@\"\n");
    }

    private static Path script(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The one that the build makes beside the classes. */
    private static String limitProgram() {
        var classes = Bench.class.getProtectionDomain().getCodeSource().getLocation();
        return Path.of(classes.getPath()).resolveSibling("native/limit").toString();
    }

    private BenchProcess bench(String... arguments) throws IOException {
        Map<String, String> environment = Map.of("PATH", tools + ":" + System.getenv("PATH"), "LC_ALL", "de_DE.UTF-8");
        return BenchProcess.start(folder, List.of(), environment, args(arguments));
    }

    private static String[] args(String... arguments) {
        return Stream.of(List.of(SHORT), List.of(arguments))
                .flatMap(List::stream)
                .toArray(String[]::new);
    }

    private JsonNode rows() throws IOException {
        return result().get("rows");
    }

    private JsonNode result() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("report/bench.json").toFile());
    }
}
