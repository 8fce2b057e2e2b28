// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.testing.RequiresTun;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bench as a user runs it: in a process of its own, with real devices and real traffic. */
@RequiresTun
class BenchIT {
    private static final int KILLS = Integer.parseInt(System.getenv().getOrDefault("TUNLOOP_KILLS", "5"));
    private static final List<String> SIGNALS = List.of("KILL", "TERM", "INT");
    private static final String CPU_TIME = "tunloop_process_cpu_time_seconds_total";
    private static final String MEMORY = "tunloop_process_memory_resident_bytes";
    private static final int LONGEST_RUN_MS = 6_000;

    @TempDir
    private Path folder;

    @Test
    void shouldMeasureRowsAndWriteEveryReport() throws Exception {
        Path json = folder.resolve("deep/result.json");
        String[] arguments = {
            "--time",
            "1",
            "--warm-up",
            "0",
            "--repeat",
            "2",
            "--cc",
            "cubic",
            "--baseline",
            "--json",
            json.toString(),
            "async-passthrough"
        };

        try (BenchProcess bench = BenchProcess.start(folder, arguments)) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log()).contains("iperf3 summary:", "Monitor Summary:", "| # | Mode ");
            assertThat(bench.leftovers()).isEmpty();
        }

        JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("rows");
        assertThat(rows)
                .extracting(row -> row.get("label").asText())
                .containsExactly(
                        "baseline",
                        "limit-plain",
                        "limit-ring",
                        "limit-passthrough",
                        "limit-passthrough-single",
                        "async-passthrough");
        for (JsonNode row : rows) {
            assertThat(row.get("error").isNull()).isTrue();
            assertThat(row.get("runs")).hasSize(2);
            assertThat(row.at("/median/gbps").asDouble()).isGreaterThan(0.05);
            // Client, server and forwarder share the machine: all of it is more than any part.
            assertThat(row.at("/median/systemCpuPercent").asDouble())
                    .isGreaterThan(row.at("/median/cpuAvgPercent").asDouble() * 0.9)
                    .isGreaterThan(row.at("/median/systemSoftirqPercent").asDouble());
            assertThat(row.at("/median/systemCpuPercentPerGbit").asDouble()).isPositive();
            assertThat(row.at("/median/kiloContextSwitchesPerSecond").asDouble())
                    .isPositive();
            assertThat(row.at("/median/outOfOrder").isNumber()).isTrue();
        }
        JsonNode mode = rows.get(5);
        assertThat(mode.get("offload").asBoolean()).isTrue();
        assertThat(mode.get("limit").asText()).startsWith("limit-passthrough");
        assertThat(mode.at("/median/ratioToLimit").asDouble()).isGreaterThan(0.05);
        assertThat(mode.at("/median/cpuAvgPercent").asDouble()).isBetween(1.0, 400.0);
        assertThat(mode.at("/median/memMaxMiB").asDouble()).isBetween(20.0, 500.0);
        assertThat(folder.resolve("report/bench.md")).content().contains("| async-passthrough");
        assertThat(folder.resolve("report/bench.csv")).content().startsWith("row,kind,offload");
        assertThat(folder.resolve("report/bench.html"))
                .content()
                .contains("<svg", "series-throughput-async-passthrough", "</html>");
        assertThat(folder.resolve("report/gbps.svg")).content().contains("<svg", "whisker", "async-passthrough");
    }

    @Test
    void shouldGetTheSameNumbersFromTheForwarderAsFromOutside() throws Exception {
        try (BenchProcess bench = BenchProcess.start(
                folder, "--time", "5", "--warm-up", "1", "--repeat", "1", "--no-limits", "--gauges", "async-normal")) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
        }

        JsonNode row = new ObjectMapper()
                .readTree(folder.resolve("report/bench.json").toFile())
                .at("/rows/0");
        List<JsonNode> answered = StreamSupport.stream(row.at("/runs/0/series").spliterator(), false)
                .filter(sample -> sample.has("gauges")) // a busy machine may leave a hole
                .toList();
        assertThat(answered).hasSizeGreaterThanOrEqualTo(2);
        JsonNode first = answered.get(0);
        JsonNode second = answered.get(1);
        double seconds = second.get("seconds").asDouble() - first.get("seconds").asDouble();
        double cpuPercent = 100 * (gauge(second, CPU_TIME) - gauge(first, CPU_TIME)) / seconds;
        // The endpoint answers some time after the sample from outside, so that their intervals are not the same.
        assertThat(cpuPercent).isBetween(1.0, 250.0);
        assertThat(gauge(second, MEMORY) / (1024 * 1024))
                .isCloseTo(second.get("memMiB").asDouble(), within(10.0));
        assertThat(row.at("/median/systemCallsPerPacket").asDouble()).isBetween(0.001, 3.0);
        assertThat(second.get("gauges").toString()).contains("tunloop_packets_total", "tunloop_batches_total");
    }

    private static double gauge(JsonNode sample, String name) {
        return sample.get("gauges").get(name).asDouble();
    }

    @Test
    void shouldShowAFailedRowAndGoOnWithTheOthers() throws Exception {
        String[] arguments = {
            "--time",
            "1",
            "--warm-up",
            "0",
            "--repeat",
            "1",
            "--no-limits",
            "--peer",
            "dies=/bin/false",
            "--peer",
            "idles=/bin/sleep 1 --",
            "limit-plain"
        };

        try (BenchProcess bench = BenchProcess.start(folder, arguments)) {
            assertThat(bench.awaitExit()).as(bench.log()).isEqualTo(1);
            assertThat(bench.log()).contains("failed: dies: the forwarder ended before its devices were up");
            assertThat(bench.leftovers()).isEmpty();
        }

        JsonNode rows = new ObjectMapper()
                .readTree(folder.resolve("report/bench.json").toFile())
                .get("rows");
        assertThat(rows.get(0).at("/median/gbps").asDouble()).isGreaterThan(0.05);
        assertThat(rows.get(1).get("error").asText()).contains("it printed nothing");
    }

    @ParameterizedTest
    @CsvSource({
        "--ipv6 --bidir --parallel 2 --mtu 1400, gbps",
        "--workload udp --bidir --size 700, packetsPerSecond",
        "--workload udp --reverse --ipv6 --parallel 2 --size 1472 --mtu 1300, packetsPerSecond",
        "--workload rr --size 2000 --mtu 1300 --cc cubic, loadedLatencyP99Us",
        "--workload rr --size 16, roundTripsPerSecond",
        "--workload ping --ipv6 --size 3000 --mtu 1280, loadedLatencyP99Us",
    })
    void shouldMeasureWithEveryOptionThatAWorkloadTakes(String options, String measure) throws Exception {
        String arguments = "--time 1 --warm-up 0 --repeat 1 --no-limits limit-plain " + options;
        try (BenchProcess bench = BenchProcess.start(folder, arguments.split(" "))) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
        }

        JsonNode median = new ObjectMapper()
                .readTree(folder.resolve("report/bench.json").toFile())
                .at("/rows/0/median");
        assertThat(median.path(measure).asDouble()).as(median.toString()).isPositive();
    }

    @Test
    void shouldProfileTheJvmOfOurModesAlone() throws Exception {
        String arguments = "--time 1 --warm-up 0 --repeat 1 --no-limits --profile-jvm limit-plain async-normal";
        try (BenchProcess bench = BenchProcess.start(folder, arguments.split(" "))) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log()).contains("Alloc/pkt");
        }

        JsonNode rows = new ObjectMapper()
                .readTree(folder.resolve("report/bench.json").toFile())
                .get("rows");
        assertThat(rows.at("/0/median").has("jvmCompileMs")).isFalse();
        JsonNode mode = rows.at("/1/median");
        assertThat(mode.get("jvmCompileMs").asDouble()).isPositive();
        assertThat(mode.get("jvmAllocatedBytesPerPacket").asDouble()).isBetween(0.0, 1000.0);
        assertThat(mode.get("jvmCollectionPausesMs").asDouble()).isNotNegative();
        assertThat(mode.get("secondsTo90PercentOfWarmRate").asDouble()).isBetween(0.05, 10.0);
    }

    @Test
    void shouldReportWhatWasMeasuredWhenInterrupted() throws Exception {
        try (BenchProcess bench = BenchProcess.start(folder, "--time", "1", "--repeat", "100", "limit-plain")) {
            while (!bench.log().contains("Monitor Summary:")) {
                assertThat(bench.endsWithinMs(50)).as(bench.log()).isFalse();
            }
            bench.signal("TERM");

            assertThat(bench.awaitExit()).isEqualTo(130);
            assertThat(bench.log()).contains("stopped: what follows is what was measured", "| # | Mode ");
            assertThat(folder.resolve("report/bench.json")).exists();
            assertThat(folder.resolve("report")).isDirectoryContaining("glob:**.svg");
            assertThat(bench.leftovers()).isEmpty();
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenKilledAtAnyMoment() throws Exception {
        Random random = new Random();
        for (int i = 0; i < KILLS; i++) {
            int delayMs = random.nextInt(LONGEST_RUN_MS);
            String signal = SIGNALS.get(i % SIGNALS.size());
            try (BenchProcess bench = BenchProcess.start(
                    folder, "--time", "1", "--warm-up", "1", "--repeat", "9", "--no-limits", "async-normal")) {
                assertThat(bench.endsWithinMs(delayMs)).as(bench.log()).isFalse();
                bench.signal(signal);
                bench.awaitExit();

                assertThat(bench.leftovers())
                        .as("SIG%s after %d ms", signal, delayMs)
                        .isEmpty();
            }
        }
    }
}
