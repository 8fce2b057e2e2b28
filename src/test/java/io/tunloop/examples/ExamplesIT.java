// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import static io.tunloop.testing.TwoHosts.ADDRESS_1;
import static io.tunloop.testing.TwoHosts.ADDRESS_2;
import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import io.tunloop.testing.TwoHosts;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs every example with real traffic. */
@RequiresTun
@Timeout(180)
class ExamplesIT {
    private static final Pattern RECEIVED =
            Pattern.compile("\"sum_received\"[^}]*?\"bits_per_second\":\\s*([0-9.e+]+)");
    private static final int ICMP = 1;

    @Test
    void shouldAnswerPings() {
        try (NetNamespace namespace = NetNamespace.create()) {
            start(namespace, PingResponder.class, "tl0", "10.7.0.1/24");
            assertThat(namespace.run("ping", "-c3", "-i0.2", "-W2", "10.7.0.9")).contains(" 0% packet loss");
            assertThat(namespace.run("ping", "-c1", "-W2", "-s", "1400", "10.7.0.77"))
                    .contains(" 0% packet loss");
        }
    }

    @Test
    void shouldCaptureWhatItForwards(@TempDir Path folder) throws Exception {
        Tools.require("tshark");
        try (var hosts = new TwoHosts()) {
            try (Forwarder forwarder =
                    Capture.start(hosts.device1().build(), hosts.device2().build(), folder)) {
                hosts.route();
                hosts.host1().run("ping", "-c3", "-i0.2", "-W2", "-s", "1000", ADDRESS_2);
                iperf3(hosts.host1(), hosts.host2(), ADDRESS_2);
                assertThat(forwarder.directions().get(0).written().packetsWritten())
                        .isPositive();
            }
            String request = "1028\t128\t" + ADDRESS_1 + "\t" + ADDRESS_2 + "\n";
            String reply = "1028\t128\t" + ADDRESS_2 + "\t" + ADDRESS_1 + "\n";
            assertThat(tshark(hosts.host1(), folder.resolve("1-to-2.pcapng"), "icmp.type == 8"))
                    .isEqualTo(request.repeat(3));
            assertThat(tshark(hosts.host1(), folder.resolve("2-to-1.pcapng"), "icmp.type == 0"))
                    .isEqualTo(reply.repeat(3));
            assertThat(tshark(hosts.host1(), folder.resolve("1-to-2.pcapng"), "tcp && frame.len > 20000"))
                    .as("frames of an offloaded device")
                    .isNotEmpty();
        }
    }

    /** Length, captured length, source and destination of the packets that a filter of tshark lets pass. */
    private static String tshark(NetNamespace namespace, Path file, String filter) {
        return namespace.sh("tshark -n -r " + file + " -Y '" + filter
                + "' -T fields -e frame.len -e frame.cap_len -e ip.src -e ip.dst 2>/dev/null");
    }

    @Test
    void shouldEchoDatagramsWithoutASocket() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            start(namespace, EchoServer.class, "tl0", "10.7.0.1/24");
            assertThat(namespace.run(
                            "bash",
                            "-c",
                            "exec 3<>/dev/udp/10.7.0.9/7; echo hello >&3; timeout 5 head -n1 <&3;"
                                    + " exec 4<>/dev/udp/10.7.0.10/9999; echo again >&4; timeout 5 head -n1 <&4"))
                    .isEqualTo("hello\nagain\n");
        }
    }

    @Test
    void shouldRunAHandlerInTheMiddleOfAForwarder() throws Exception {
        try (var hosts = new TwoHosts();
                Forwarder forwarder = HandlerInTheMiddle.start(
                        hosts.device1().build(), hosts.device2().build(), ICMP)) {
            hosts.route();
            assertThat(hosts.host1().run("ping", "-c3", "-i0.2", "-W2", ADDRESS_2))
                    .contains(" 0% packet loss");
            long before = forwarder.directions().get(0).written().packetsWritten();
            hosts.host1().run("bash", "-c", "echo x > /dev/udp/" + ADDRESS_2 + "/9");
            hosts.host1().run("ping", "-c1", "-W2", ADDRESS_2);
            // The datagram was read before the ping and is not among what was written.
            assertThat(forwarder.directions().get(0).written().packetsWritten()).isEqualTo(before + 1);
        }
    }

    @Test
    void shouldLimitTheRate() throws Exception {
        long limit = 50_000_000;
        try (var hosts = new TwoHosts();
                Forwarder forwarder = Forwarder.open(
                        ForwarderConfig.builder(ForwardMode.of("async-normal").orElseThrow())
                                .device1(hosts.device1().build())
                                .device2(hosts.device2().build())
                                .build())) {
            forwarder.directions().get(0).addFirst("limit", new RateLimiter(limit));
            forwarder.start();
            hosts.route();
            double rate = iperf3(hosts.host1(), hosts.host2(), ADDRESS_2);
            assertThat(rate).isBetween(limit * 0.5, limit * 1.1);
        }
    }

    @Test
    void shouldTunnelOverUdpFasterWithOffload() throws Exception {
        double plain = tunnelRate(false);
        double offloaded = tunnelRate(true);
        System.out.printf("UDP tunnel: plain %.2f Gbit/s, offload %.2f Gbit/s%n", plain / 1e9, offloaded / 1e9);
        assertThat(offloaded).isGreaterThan(plain);
    }

    private static double tunnelRate(boolean offload) throws Exception {
        try (NetNamespace left = NetNamespace.create();
                NetNamespace right = NetNamespace.create()) {
            left.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", right.name());
            left.sh("ip addr add 192.0.2.1/24 dev eth0 && ip link set eth0 up");
            right.sh("ip addr add 192.0.2.2/24 dev eth0 && ip link set eth0 up");
            start(left, UdpTunnel.class, "tl0", "10.9.0.1/24", "192.0.2.1", "192.0.2.2", "4789", "" + offload);
            start(right, UdpTunnel.class, "tl0", "10.9.0.2/24", "192.0.2.2", "192.0.2.1", "4789", "" + offload);
            assertThat(left.run("ping", "-c2", "-i0.2", "-W2", "10.9.0.2")).contains(" 0% packet loss");
            return iperf3(left, right, "10.9.0.2");
        }
    }

    /** Bits a second that one TCP flow gets through. */
    private static double iperf3(NetNamespace client, NetNamespace server, String address) {
        server.start("iperf3", "-s", "-1", "-B", address);
        server.sh("until ss -ltn | grep -q :5201; do sleep 0.05; done");
        String json = client.run("iperf3", "-c", address, "-t", "3", "-J");
        Matcher received = RECEIVED.matcher(json);
        assertThat(received.find()).as(json).isTrue();
        return Double.parseDouble(received.group(1));
    }

    private static void start(NetNamespace namespace, Class<?> main, String... arguments) {
        Process process = namespace.start(JavaProcess.command(main, arguments).toArray(String[]::new));
        assertThat(TwoHosts.readLine(process)).isEqualTo("listening");
    }
}
