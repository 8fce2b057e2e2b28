// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GaugesTest {
    @Test
    void shouldReadOwnMetersWithTheirLabels() {
        assertThat(Gauges.parse("""
                        # HELP tunloop_packets_total Packets that have passed.
                        # TYPE tunloop_packets_total counter
                        tunloop_packets_total{device="tun11",direction="read"} 1.5E6
                        tunloop_device_up{device="tun 11"} 1.0
                        tunloop_kernel_tx_dropped{device="gone"} NaN
                        jvm_threads_live_threads 9.0
                        """))
                .containsExactly(
                        entry("tunloop_device_up{device=\"tun 11\"}", 1.0),
                        entry("tunloop_packets_total{device=\"tun11\",direction=\"read\"}", 1_500_000.0));
    }

    @Test
    void shouldDivideSystemCallsByPacketsRead() {
        Map<String, Double> first = Gauges.parse("""
                tunloop_packets_total{device="a",direction="read"} 100
                tunloop_packets_total{device="a",direction="written"} 100
                tunloop_syscalls_total{op="read"} 50
                """);
        Map<String, Double> last = Gauges.parse("""
                tunloop_packets_total{device="a",direction="read"} 300
                tunloop_packets_total{device="b",direction="read"} 200
                tunloop_packets_total{device="a",direction="written"} 900
                tunloop_syscalls_total{op="read"} 80
                tunloop_syscalls_total{op="write"} 70
                """);

        assertThat(Gauges.systemCallsPerPacket(List.of(sample(first), sample(null), sample(last))))
                .isEqualTo(0.25);
        assertThat(Gauges.systemCallsPerPacket(List.of(sample(first), sample(null))))
                .isNull();
        assertThat(Gauges.systemCallsPerPacket(List.of(sample(first), sample(first))))
                .isNull();
    }

    private static Sample sample(Map<String, Double> gauges) {
        return new Sample(1, null, null, null, gauges);
    }
}
