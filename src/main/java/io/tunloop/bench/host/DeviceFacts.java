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
 * @param vnetHeader frames of up to 64 KiB may be written, also where no feature says so of those that are read
 */
public record DeviceFacts(int txQueueLength, int mtuBytes, List<String> offloads, boolean vnetHeader) {
    private static final String SEGMENTATION = "tcp-segmentation-offload";
    private static final List<String> INTERESTING = List.of(
            "tx-checksumming",
            "scatter-gather",
            SEGMENTATION,
            "tx-tcp6-segmentation",
            "tx-tcp-ecn-segmentation",
            "tx-udp-segmentation");

    /**
     * @param link an element of {@code ip -j -d link show}
     * @param features output of {@code ethtool -k}
     */
    public static DeviceFacts parse(JsonNode link, String features) {
        List<String> on = INTERESTING.stream()
                .filter(name -> features.lines().map(String::strip).anyMatch(line -> line.startsWith(name + ": on")))
                .toList();
        boolean vnetHeader =
                link.path("linkinfo").path("info_data").path("vnet_hdr").asBoolean();
        return new DeviceFacts(link.path("txqlen").asInt(), link.path("mtu").asInt(), on, vnetHeader);
    }

    /** True if frames of up to 64 KiB are read. */
    @JsonIgnore
    public boolean isOffloaded() {
        return offloads.contains(SEGMENTATION);
    }

    /** Where frames of up to 64 KiB are used, in a word for people. */
    @JsonIgnore
    public String offload() {
        if (isOffloaded()) {
            return "yes";
        }
        return vnetHeader ? "write" : "no";
    }
}
