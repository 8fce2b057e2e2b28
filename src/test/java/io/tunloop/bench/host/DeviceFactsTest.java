// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class DeviceFactsTest {
    private static final String LINK = "{\"ifname\": \"tun11\", \"mtu\": 1500, \"txqlen\": 2000}";

    @Test
    void shouldTellQueueMtuAndTheFeaturesThatAreOn() throws Exception {
        DeviceFacts facts = DeviceFacts.parse(new ObjectMapper().readTree(LINK), """
                Features for tun11:
                tx-checksumming: on
                scatter-gather: on
                tcp-segmentation-offload: on
                \ttx-tcp6-segmentation: on
                \ttx-tcp-ecn-segmentation: off
                tx-udp-segmentation: on [fixed]
                """);

        assertThat(facts.txQueueLength()).isEqualTo(2000);
        assertThat(facts.mtuBytes()).isEqualTo(1500);
        assertThat(facts.isOffloaded()).isTrue();
        assertThat(facts.offload()).isEqualTo("yes");
        assertThat(facts.offloads())
                .containsExactly(
                        "tx-checksumming",
                        "scatter-gather",
                        "tcp-segmentation-offload",
                        "tx-tcp6-segmentation",
                        "tx-udp-segmentation");
    }

    @Test
    void shouldCallADeviceWithoutSegmentationPlain() throws Exception {
        DeviceFacts facts = DeviceFacts.parse(
                new ObjectMapper().readTree(LINK), "tcp-segmentation-offload: off\nscatter-gather: on");

        assertThat(facts.isOffloaded()).isFalse();
        assertThat(facts.offload()).isEqualTo("no");
    }

    @Test
    void shouldTellADeviceThatOnlyTakesFrames() throws Exception {
        String link =
                LINK.replace("}", ", \"linkinfo\": {\"info_kind\": \"tun\", \"info_data\": {\"vnet_hdr\": true}}}");
        DeviceFacts facts = DeviceFacts.parse(new ObjectMapper().readTree(link), "tcp-segmentation-offload: off");

        assertThat(facts.isOffloaded()).isFalse();
        assertThat(facts.offload()).isEqualTo("write");
    }
}
