// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * iperf3 from the first to the second of {@link TwoHosts}, for as long as the hosts exist: TCP, so that what arrives has
 * gone both ways.
 */
public final class Traffic {
    private static final Pattern RECEIVED = Pattern.compile("RX:\\s+bytes.*?\\n\\s*(\\d+)");
    private static final long ENOUGH_BYTES = 4 << 20;
    private static final int TRIES = 1200;
    private static final int INTERVAL_MS = 50;

    private final TwoHosts hosts;

    private Traffic(TwoHosts hosts) {
        this.hosts = hosts;
    }

    /** Starts it and returns when it flows. */
    public static Traffic start(TwoHosts hosts) {
        Tools.require("iperf3");
        // Again and again, since a connection may not outlive what a test does to it.
        hosts.host2().start("sh", "-c", "while :; do iperf3 -s -1 >/dev/null; done");
        hosts.host1()
                .start(
                        "sh",
                        "-c",
                        "while :; do timeout 600 iperf3 -c " + TwoHosts.ADDRESS_2
                                + " -t 600 --connect-timeout 1000 >/dev/null; sleep 0.1; done");
        var traffic = new Traffic(hosts);
        traffic.awaitFlow();
        return traffic;
    }

    /** Returns when some more MiB have arrived; an AssertionError if they do not in a minute. */
    public void awaitFlow() {
        long before = receivedBytes();
        for (int i = 0; i < TRIES; i++) {
            if (receivedBytes() - before > ENOUGH_BYTES) {
                return;
            }
            pause();
        }
        throw new AssertionError("no traffic: " + before + " bytes then, " + receivedBytes() + " now");
    }

    /** The kernel's counters have no event to wait for. */
    private static void pause() {
        try {
            Thread.sleep(INTERVAL_MS);
        } catch (InterruptedException cause) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", cause);
        }
    }

    private long receivedBytes() {
        Matcher matcher = RECEIVED.matcher(hosts.host2().sh("ip -s link show tun22 2>/dev/null || true"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
