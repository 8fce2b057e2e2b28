// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.measure.Latencies;
import io.tunloop.testing.RequiresTun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss-free rates of peers that lose packets by a known rule, through real devices. */
@RequiresTun
class NdrIT {
    // The lower of the two rates, of which any machine forwards many times as much.
    private static final long PACKETS_PER_SECOND = 3_000;

    @TempDir
    private Path folder;

    @Test
    void shouldFindRatesInTheRatioOfWhatPeersLetThrough() throws Exception {
        JsonNode rows = measure(
                "--time",
                "2",
                "--peer",
                "one=" + LossyForwarder.commandLine("above", PACKETS_PER_SECOND),
                "--peer",
                "three=" + LossyForwarder.commandLine("above", 3 * PACKETS_PER_SECOND));

        double one = lossFree(rows.get(0));
        double three = lossFree(rows.get(1));
        assertThat(three / one).as(rows.toString()).isBetween(2.5, 3.5);
        assertThat(1_000 * one / PACKETS_PER_SECOND).as(rows.toString()).isBetween(0.8, 1.1);
        assertThat(rows.get(1).at("/median/halfPercentLossPacketsPerSecond").asDouble())
                .isGreaterThanOrEqualTo(three);
        assertThat(rows.get(1).at("/runs/0/lossFree/rates/0/limitedByGenerator").asBoolean())
                .isFalse();
    }

    @Test
    void shouldFindNoLossFreeRateOfAPeerThatDropsEveryFourHundredthPacket() throws Exception {
        JsonNode row = measure("--time", "2", "--peer", "drops=" + LossyForwarder.commandLine("every", 400))
                .get(0);

        assertThat(row.at("/runs/0/lossFree/rates/0/packetsPerSecond").isNull())
                .as(row.toString())
                .isTrue();
        assertThat(row.at("/median/lossFreePacketsPerSecond").isMissingNode()).isTrue();
        assertThat(row.at("/median/halfPercentLossPacketsPerSecond").asDouble())
                .as(row.toString())
                .isPositive();
        // At 90 % of what it bears with half a percent of loss it still loses a 400th; more on a busy machine.
        assertThat(row.at("/median/lossPercent").asDouble()).as(row.toString()).isGreaterThan(0.2);
    }

    @Test
    void shouldKeepEveryLatencyAndTrialInTheResultFile() throws Exception {
        JsonNode run = measure("limit-plain").at("/0/runs/0");

        assertThat(run.at("/lossFree/trials").size()).isGreaterThan(6);
        JsonNode loads = run.at("/lossFree/latencies");
        assertThat(loads).extracting(load -> load.get("percent").asInt()).containsExactly(10, 50, 90);
        for (JsonNode load : loads) {
            Latencies latencies = Latencies.decode(load.get("histogram").asText());
            assertThat(latencies.count()).isEqualTo(load.get("roundTrips").asLong());
            assertThat(latencies.us(99)).isEqualTo(load.get("p99Us").asDouble());
            assertThat(latencies.cdf()).hasSameSizeAs(load.get("cdf"));
            assertThat(load.get("p50Us").asDouble())
                    .isPositive()
                    .isLessThanOrEqualTo(load.get("p90Us").asDouble());
            assertThat(load.get("p999Us").asDouble())
                    .isLessThanOrEqualTo(load.get("maxUs").asDouble());
        }
        // A twentieth of the rate comes back at each of them.
        double least = loads.get(0).get("roundTrips").asDouble();
        assertThat(loads.get(1).get("roundTrips").asDouble() / least).isBetween(0.8, 1.2);
        assertThat(run.get("cpuAvgPercent").asDouble()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bidir --parallel 2 --size 512",
                "--reverse --ipv6 --size imix --mtu 1400",
                "--size 1472 --baseline",
            })
    void shouldMeasureWithEveryOptionThatMakesSense(String options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
        arguments.add("limit-plain");

        for (JsonNode row : measure(arguments.toArray(String[]::new))) {
            assertThat(lossFree(row)).as(row.toString()).isPositive();
            assertThat(row.at("/median/latencyAt90P99Us").asDouble()).isPositive();
            assertThat(row.at("/median/gbps").asDouble()).isPositive();
        }
    }

    private JsonNode measure(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--workload", "ndr", "--quick", "--no-limits", "--warm-up", "0"));
        all.addAll(List.of(arguments));
        try (BenchProcess bench = BenchProcess.start(folder, all.toArray(String[]::new))) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log()).contains(" rotations: about ", "round trips p50/p99 at");
            assertThat(bench.leftovers()).isEmpty();
        }
        return new ObjectMapper()
                .readTree(folder.resolve("report/bench.json").toFile())
                .get("rows");
    }

    private static double lossFree(JsonNode row) {
        return row.at("/median/lossFreePacketsPerSecond").asDouble();
    }
}
