// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What the kernel has counted of a device: it transmits what is read from a TUN, and receives what is written into it.
 *
 * @param txDropped what it could not split for the device or had no room for in the queue
 */
public record LinkCounters(long rxPackets, long txPackets, long txDropped) {
    /** The counters of now. */
    public static LinkCounters of(NetNamespace host, String device) {
        try {
            JsonNode stats = new ObjectMapper()
                    .readTree(host.run("ip", "-j", "-s", "link", "show", device))
                    .get(0)
                    .get("stats64");
            JsonNode tx = stats.get("tx");
            return new LinkCounters(
                    stats.get("rx").get("packets").asLong(),
                    tx.get("packets").asLong(),
                    tx.get("dropped").asLong());
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
