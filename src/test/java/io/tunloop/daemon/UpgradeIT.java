// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.SteadyTransfer;
import io.tunloop.testing.Tools;
import io.tunloop.testing.TwoHosts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an upgrade by a package is to those who talk through a daemon: it is ended and started again, between persistent
 * devices that stay, with their addresses and routes.
 */
@RequiresTun
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UpgradeIT {
    private static final String MODE = "async-gso";
    private static final double INTERVAL_S = 0.1;
    private static final long BYTES = 4L << 30;

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    @TempDir
    private Path folder;

    private ForwardProcess forward;

    @BeforeEach
    void start() throws TunException {
        TunDevice.open(hosts.device1().persist(true).offloads(Offload.all()).build())
                .close();
        TunDevice.open(hosts.device2().persist(true).offloads(Offload.all()).build())
                .close();
        launch();
        hosts.host1().run("ip", "-6", "route", "add", "fd00:2::/64", "dev", "tun11");
    }

    private void launch() {
        forward = ForwardProcess.launch(hosts, folder, List.of(), "--mode", MODE);
        forward.awaitLine("tunloop: ready");
    }

    private void restart() throws InterruptedException {
        forward.signal("TERM");
        assertThat(forward.exitCode()).isZero();
        launch();
    }

    private String links() {
        return hosts.host1().sh("ip -br addr show tun11; cat /sys/class/net/tun11/ifindex")
                + hosts.host2().sh("ip -br addr show tun22; cat /sys/class/net/tun22/ifindex");
    }

    @Test
    void shouldKeepDevicesAddressesAndEachByteOfAConnection() throws Exception {
        String before = links();
        assertThat(before).contains(TwoHosts.ADDRESS_1 + "/24", TwoHosts.IPV6_ADDRESS_2);
        SteadyTransfer transfer = SteadyTransfer.open(hosts);
        transfer.begin();

        restart();

        assertThat(transfer.end()).isPositive();
        assertThat(links()).isEqualTo(before);
    }

    @Test
    void shouldLetARunningIperf3GoOn() throws Exception {
        Tools.require("iperf3");
        Process server = hosts.host2().start("iperf3", "-s", "-1", "-J", "-i", Double.toString(INTERVAL_S));
        hosts.host2().sh("until ss -ltn | grep -q :5201; do :; done");
        Process client = hosts.host1().start("iperf3", "-c", TwoHosts.ADDRESS_2, "-n", Long.toString(BYTES));
        hosts.host2().sh("until [ $(cat /sys/class/net/tun22/statistics/rx_bytes) -gt 10000000 ]; do :; done");

        restart();

        String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(client.waitFor()).as(said).isZero();
        JsonNode result = new ObjectMapper().readTree(server.getInputStream());
        double longest = longestGap(result.get("intervals"));
        System.out.printf("upgrade: longest gap in iperf3 over a restart: %.1f s%n", longest);
        assertThat(longest).isPositive();
        assertThat(result.at("/end/sum_received/bytes").asLong())
                .isGreaterThan(BYTES * 9 / 10); // some are on their way
    }

    /** As the receiver saw it, in steps of its interval. */
    private static double longestGap(JsonNode intervals) {
        assertThat(intervals).isNotEmpty();
        int silent = 0;
        int longest = 0;
        for (JsonNode interval : intervals) {
            silent = interval.at("/sum/bytes").asLong() == 0 ? silent + 1 : 0;
            longest = Math.max(longest, silent);
        }
        return longest * INTERVAL_S;
    }
}
