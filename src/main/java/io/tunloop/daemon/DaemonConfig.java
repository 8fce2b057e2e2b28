// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.tunloop.relay.ForwarderConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a {@link Daemon} shall do.
 *
 * @param pairs one forwarder each
 * @param metrics where to serve them; null for nowhere
 * @param drainTimeout how long packets that have been read may take to be written at the end
 */
public record DaemonConfig(List<ForwarderConfig> pairs, InetSocketAddress metrics, Duration drainTimeout) {
    public DaemonConfig {
        pairs = List.copyOf(pairs);
        Objects.requireNonNull(drainTimeout, "drainTimeout");
        requireDistinctDevices(pairs);
    }

    private static void requireDistinctDevices(List<ForwarderConfig> pairs) {
        Set<String> seen = new HashSet<>();
        for (ForwarderConfig pair : pairs) {
            for (var device : List.of(pair.device1(), pair.device2())) {
                if (!device.name().isEmpty() && !seen.add(device.netns() + '/' + device.name())) {
                    throw new IllegalArgumentException(
                            "two pairs use the interface " + device.name() + ": each needs its own");
                }
            }
        }
    }
}
