// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Topology;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Trial;
import io.tunloop.bench.plan.Load;
import io.tunloop.bench.plan.Words;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NdrWorkloadTest {
    private static final String FAR = "10.0.2.1";

    @Test
    void shouldSendFromOneNamespaceToTheOther() {
        assertThat(Words.join(workload(1, false, false, 64).command(FAR, 1000, 300, 0)))
                .isEqualTo("/bin/loadgen --from 10.0.1.1 --from-netns /run/netns/tunloop-7-1"
                        + " --to 10.0.2.1 --to-netns /run/netns/tunloop-7-2 --sizes 64 --rate 1000 --ms 300");
        assertThat(Words.join(workload(4, true, false, 64).command(FAR, 1000, 300, 2)))
                .isEqualTo("/bin/loadgen --from 10.0.2.1 --from-netns /run/netns/tunloop-7-2"
                        + " --to 10.0.1.1 --to-netns /run/netns/tunloop-7-1 --sizes 64 --rate 1000 --ms 300"
                        + " --flows 4 --return-every 2");
    }

    @Test
    void shouldStayInOneNamespaceWithoutAForwarder() {
        assertThat(workload(1, false, false, 64).command("10.0.1.1", 1000, 300, 0))
                .containsSubsequence("--to", "10.0.1.1", "--to-netns", "/run/netns/tunloop-7-1");
    }

    @Test
    void shouldMixSmallMediumAndLargePackets() {
        assertThat(Imix.payloads(false, 0)).containsExactly(36, 548, 36, 36, 1472, 36, 548, 36, 548, 36, 548, 36);
        assertThat(Imix.payloads(true, 1400)).contains(16, 528, 1352).hasSize(12);
    }

    @Test
    void shouldTellTheGeneratorsShareFromTheDevices() throws Exception {
        assertThat(trial("\"asked\":1000,\"sent\":1000,\"received\":990,\"sendNs\":500000000,\"ownDrops\":0"))
                .isEqualTo(new Trial(2000, 1000, 10, 0.5, null, 0, 0));
        assertThat(trial("\"asked\":1000,\"sent\":980,\"received\":980,\"sendNs\":500000000,\"ownDrops\":0")
                        .generatorLimit())
                .isEqualTo("it sent 98 % only");
        assertThat(trial("\"asked\":1000,\"sent\":1000,\"received\":990,\"sendNs\":500000000,\"ownDrops\":10")
                        .generatorLimit())
                .isEqualTo("its receiver dropped 10");
        assertThat(
                        trial(
                                "\"asked\":9,\"sent\":9,\"received\":9,\"sendNs\":1,\"lateNs\":[[2000,3]],\"behindNs\":4000000"))
                .isEqualTo(new Trial(2000, 9, 0, 1e-9, null, 0.002, 4));
        assertThatThrownBy(() -> LoadgenOutput.parse("")).hasMessage("loadgen told nothing of its trial");
        assertThatThrownBy(() -> LoadgenOutput.parse("{")).isInstanceOf(BenchException.class);
    }

    /** Of a device of 100,000 packets/s whose round trips get slower with the load. */
    @Test
    void shouldMeasureRoundTripsAtPartsOfTheRateThatItFound() throws Exception {
        NdrWorkload ndr = workload(1, false, false, 125);

        Workload tuned = ndr.tuned((command, seconds) -> simulate(command), FAR, 3);
        Workload.Traffic traffic = tuned.parse(simulate(tuned.clientCommand(FAR, 3)));

        assertThat(traffic.measures().get(Measure.LOSS_FREE)).isBetween(98.0, 100.0);
        assertThat(traffic.measures().get(Measure.GBPS)).isBetween(0.088, 0.091);
        assertThat(traffic.measures().get(Measure.AT_10_P50)).isBetween(9.8, 10.2);
        assertThat(traffic.measures().get(Measure.AT_50_P99)).isBetween(49.0, 51.0);
        assertThat(traffic.measures().get(Measure.AT_90_P999)).isBetween(88.0, 92.0);
        assertThat(traffic.lossFree().latencies()).hasSize(3);
        assertThat(traffic.summary())
                .startsWith(
                        "without loss 100000 packets/s, with 0.5 % loss 100000 packets/s; round trips p50/p99 at 10 %: 10/10 us");
    }

    private static String simulate(List<String> command) {
        long rate = Long.parseLong(command.get(command.indexOf("--rate") + 1));
        int ms = Integer.parseInt(command.get(command.indexOf("--ms") + 1));
        long sent = rate * ms / 1000;
        long received = Math.min(sent, 100_000L * ms / 1000);
        return String.format(
                "{\"asked\":%d,\"sent\":%d,\"received\":%d,\"sendNs\":%d,\"roundTripNs\":[[%d,%d]]}",
                sent, sent, received, ms * 1_000_000L, rate, sent / 20);
    }

    private static Trial trial(String fields) throws BenchException {
        return LoadgenOutput.parse("{" + fields + "}").trial(2000, false);
    }

    private static NdrWorkload workload(int parallel, boolean reverse, boolean bidirectional, int sizeBytes) {
        Load load = new Load(Load.Kind.NDR, null, parallel, reverse, bidirectional, false, 0, sizeBytes);
        return new NdrWorkload(Path.of("/bin/loadgen"), Topology.of(7, false), load);
    }
}
