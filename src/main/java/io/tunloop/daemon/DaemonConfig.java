// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

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
 * @param rights what becomes of them when the devices are open
 * @param watchdog how long systemd waits for a sign of life
 */
public record DaemonConfig(
        List<Pair> pairs, InetSocketAddress metrics, Duration drainTimeout, Rights rights, Watchdog watchdog) {
    public DaemonConfig {
        pairs = List.copyOf(pairs);
        Objects.requireNonNull(drainTimeout, "drainTimeout");
        requireDistinctDevices(pairs);
    }

    private static void requireDistinctDevices(List<Pair> pairs) {
        Set<String> seen = new HashSet<>();
        for (Pair pair : pairs) {
            for (var device : List.of(pair.config().device1(), pair.config().device2())) {
                if (!device.name().isEmpty() && !seen.add(device.netns() + '/' + device.name())) {
                    throw new IllegalArgumentException(
                            "two pairs use the interface " + device.name() + ": each needs its own");
                }
            }
        }
    }
}
