// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import static io.tunloop.testing.TwoHosts.ADDRESS_1;
import static io.tunloop.testing.TwoHosts.ADDRESS_2;
import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.JavaSource;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every example with real traffic. */
@RequiresTun
@Timeout(180)
class ExamplesIT {
    private static final Path FOLDER = Path.of("examples");
    private static final Pattern RECEIVED =
            Pattern.compile("\"sum_received\"[^}]*?\"bits_per_second\":\\s*([0-9.e+]+)");

    static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void shouldCompileWithoutAWarning(Path source, @TempDir Path classes) {
        JavaSource.compile(source, classes);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void shouldSayAtItsTopHowToSeeItWork(Path source) throws IOException {
        String name = source.getFileName().toString().replace(".java", "");
        assertThat(Files.readString(source)).contains("scripts/example " + name);
    }

    @Test
    void shouldSayInOneLineWhichArgumentsItWants() {
        try (NetNamespace namespace = NetNamespace.create()) {
            assertThat(namespace.sh(commandLine("PingResponder") + "; echo $?"))
                    .isEqualTo("usage: PingResponder DEVICE ADDRESS/PREFIX\n2\n");
        }
    }

    @Test
    void shouldAnswerPings() {
        try (NetNamespace namespace = NetNamespace.create()) {
            start(namespace, "PingResponder", "tl0", "10.7.0.1/24");
            assertThat(namespace.run("ping", "-c3", "-i0.2", "-W2", "10.7.0.9")).contains(" 0% packet loss");
            assertThat(namespace.run("ping", "-c1", "-W2", "-s", "1400", "10.7.0.77"))
                    .contains(" 0% packet loss");
        }
    }

    @Test
    void shouldServeUdpAndTcpOnTheLoopOfATunDevice() {
        try (NetNamespace namespace = NetNamespace.create()) {
            start(namespace, "OneLoop");
            namespace.run("ping", "-c3", "-i0.2", "-W2", "10.7.0.9");
            String answers = namespace.run(
                    "bash",
                    "-c",
                    "timeout 5 cat </dev/tcp/10.7.0.1/7000;"
                            + " exec 3<>/dev/udp/10.7.0.1/7000; echo >&3; timeout 5 head -n1 <&3");
            assertThat(answers.lines()).hasSize(2).allMatch(line -> line.matches("\\d+ packets"));
            assertThat(Integer.parseInt(answers.split(" ")[0])).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void shouldCaptureWhatItForwards(@TempDir Path folder) throws Exception {
        Tools.require("tshark");
        try (NetNamespace host1 = NetNamespace.create();
                NetNamespace host2 = NetNamespace.create()) {
            Process forwarder = start(host1, "Capture", host1.name(), host2.name(), folder.toString());
            host1.run("ping", "-c3", "-i0.2", "-W2", "-s", "1000", ADDRESS_2);
            iperf3(host1, host2, ADDRESS_2);
            forwarder.toHandle().destroy();
            forwarder.waitFor();
            String request = "1028\t128\t" + ADDRESS_1 + "\t" + ADDRESS_2 + "\n";
            String reply = "1028\t128\t" + ADDRESS_2 + "\t" + ADDRESS_1 + "\n";
            assertThat(tshark(host1, folder.resolve("1-to-2.pcapng"), "icmp.type == 8"))
                    .isEqualTo(request.repeat(3));
            assertThat(tshark(host1, folder.resolve("2-to-1.pcapng"), "icmp.type == 0"))
                    .isEqualTo(reply.repeat(3));
            assertThat(tshark(host1, folder.resolve("1-to-2.pcapng"), "tcp && frame.len > 20000"))
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
    void shouldEchoDatagramsWithoutASocket() {
        try (NetNamespace namespace = NetNamespace.create()) {
            start(namespace, "EchoServer", "tl0", "10.7.0.1/24");
            assertThat(namespace.run(
                            "bash",
                            "-c",
                            "exec 3<>/dev/udp/10.7.0.9/7; echo hello >&3; timeout 5 head -n1 <&3;"
                                    + " exec 4<>/dev/udp/10.7.0.10/9999; echo again >&4; timeout 5 head -n1 <&4"))
                    .isEqualTo("hello\nagain\n");
        }
    }

    @Test
    void shouldRunAHandlerInTheMiddleOfAForwarder() {
        try (NetNamespace host1 = NetNamespace.create();
                NetNamespace host2 = NetNamespace.create()) {
            Process forwarder = start(host1, "HandlerInTheMiddle", host1.name(), host2.name(), "1");
            assertThat(host1.run("ping", "-c3", "-i0.2", "-W2", ADDRESS_2)).contains(" 0% packet loss");
            host1.run("bash", "-c", "echo 12345 > /dev/udp/" + ADDRESS_2 + "/9");
            // IP and UDP header, five digits, and the end of the line.
            assertThat(forwarder.inputReader().lines().anyMatch("dropped 34 bytes"::equals))
                    .isTrue();
        }
    }

    @Test
    void shouldLimitTheRate() {
        long limit = 50_000_000;
        try (NetNamespace host1 = NetNamespace.create();
                NetNamespace host2 = NetNamespace.create()) {
            start(host1, "RateLimiter", host1.name(), host2.name(), "" + limit);
            assertThat(iperf3(host1, host2, ADDRESS_2)).isBetween(limit * 0.5, limit * 1.1);
        }
    }

    @Test
    void shouldTunnelOverUdpFasterWithOffload() {
        double plain = tunnelRate(false);
        double offloaded = tunnelRate(true);
        System.out.printf("UDP tunnel: plain %.2f Gbit/s, offload %.2f Gbit/s%n", plain / 1e9, offloaded / 1e9);
        assertThat(offloaded).isGreaterThan(plain);
    }

    private static double tunnelRate(boolean offload) {
        try (NetNamespace left = NetNamespace.create();
                NetNamespace right = NetNamespace.create()) {
            left.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", right.name());
            left.sh("ip addr add 192.0.2.1/24 dev eth0 && ip link set eth0 up");
            right.sh("ip addr add 192.0.2.2/24 dev eth0 && ip link set eth0 up");
            start(left, "UdpTunnel", "tl0", "10.9.0.1/24", "192.0.2.1", "192.0.2.2", "4789", "" + offload);
            start(right, "UdpTunnel", "tl0", "10.9.0.2/24", "192.0.2.2", "192.0.2.1", "4789", "" + offload);
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

    private static Process start(NetNamespace namespace, String name, String... arguments) {
        Process process = namespace.start("sh", "-c", "exec " + commandLine(name, arguments));
        // Netty has something to say where there is no network card, which a namespace has not.
        assertThat(process.inputReader()
                        .lines()
                        .anyMatch(line -> line.equals("listening") || line.equals("forwarding")))
                .isTrue();
        return process;
    }

    /** The program straight from its source, as scripts/example runs it. */
    private static String commandLine(String name, String... arguments) {
        return JavaProcess.commandLine(FOLDER.resolve(name + ".java"), arguments);
    }
}
