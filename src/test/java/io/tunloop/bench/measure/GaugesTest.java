// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

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
}
