// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * How a forwarder has set up its first device, as the kernel tells it.
 *
 * @param txQueueLength in packets: a short queue drops, and TCP sends again
 * @param offloads the features that are on, by ethtool's names
 */
public record DeviceFacts(int txQueueLength, int mtuBytes, List<String> offloads) {
    private static final String SEGMENTATION = "tcp-segmentation-offload";
    private static final List<String> INTERESTING = List.of(
            "tx-checksumming",
            "scatter-gather",
            SEGMENTATION,
            "tx-tcp6-segmentation",
            "tx-tcp-ecn-segmentation",
            "tx-udp-segmentation");

    /**
     * @param link an element of {@code ip -j link show}
     * @param features output of {@code ethtool -k}
     */
    public static DeviceFacts parse(JsonNode link, String features) {
        List<String> on = INTERESTING.stream()
                .filter(name -> features.lines().map(String::strip).anyMatch(line -> line.startsWith(name + ": on")))
                .toList();
        return new DeviceFacts(link.path("txqlen").asInt(), link.path("mtu").asInt(), on);
    }

    @JsonIgnore
    public boolean isOffloaded() {
        return offloads.contains(SEGMENTATION);
    }
}
