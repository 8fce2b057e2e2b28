// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.tunloop.cli.Main;
import io.tunloop.device.PacketRing;
import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process as its supervisor and its operator see it. */
@RequiresTun
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonIT {
    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private ForwardProcess forward;

    @TempDir
    private Path folder;

    private void forward(List<String> prefix, String... arguments) {
        forward = ForwardProcess.start(hosts, prefix, arguments);
        forward.awaitLine("tunloop: ready");
    }

    @Test
    void shouldDrainAndSummariseOnSigterm() throws Exception {
        Path summary = folder.resolve("summary.json");
        forward(List.of(), "--mode", "async-gso", "--summary-json", summary.toString());
        Traffic.start(hosts);

        forward.signal("TERM");

        assertThat(forward.exitCode()).isZero();
        assertThat(forward.output())
                .contains("tunloop: stopped after", "tun11 -> tun22: ")
                .doesNotContain("WARN");
        for (JsonNode way : new ObjectMapper().readTree(summary.toFile()).get("directions")) {
            assertThat(way.get("packets").asLong()).isPositive();
            assertThat(way.get("read").asLong())
                    .isGreaterThanOrEqualTo(way.get("packets").asLong());
            assertThat(way.get("written").asLong() + way.get("dropped").asLong())
                    .as("%s", way)
                    .isEqualTo(way.get("read").asLong());
        }
        assertThat(hosts.host1().run("ip", "-o", "link")).doesNotContain("tun11");
    }

    @Test
    void shouldGiveUpDrainingWhenTheTimeIsOver() throws Exception {
        forward(ForwardProcess.WITHOUT_RING, "--mode", "async-normal", "--drain-timeout", "300ms");
        fillOutboundBuffers();

        forward.signal("TERM");

        forward.awaitLine("packets were left when the time to drain, 300 ms, was over");
        assertThat(forward.exitCode()).isZero();
        assertThat(forward.output()).containsPattern("tun11 -> tun22: .* [1-9]\\d* dropped");
    }

    @Test
    void shouldEndAtOnceOnTheSecondSigterm() throws Exception {
        forward(ForwardProcess.WITHOUT_RING, "--mode", "async-normal", "--drain-timeout", "10m");
        fillOutboundBuffers();

        forward.signal("TERM");
        forward.signal("USR1"); // Answered by a handler thread, so the first one has been taken.
        forward.awaitLine("tunloop: running");
        forward.signal("TERM");

        assertThat(forward.exitCode()).isEqualTo(128 + 15);
    }

    /** A device that never takes a packet: the kernel has no such state, so strace plays it. */
    private void fillOutboundBuffers() {
        forward.inject("write,writev:error=EAGAIN");
        hosts.host1().sh("while ping -c1 -W1 10.0.2.1 >/dev/null; do :; done");
    }

    @Test
    void shouldShowRatesLineAfterLineWhereThereIsNoTerminal() {
        forward(List.of(), "--mode", "async-gso", "--watch");
        Traffic.start(hosts);
        // What shows the first bytes of it, and a whole second more.
        long shown = forward.output()
                .lines()
                .filter(line -> line.startsWith("process "))
                .count();
        forward.awaitLines(shown + 2, "process ");
        assertThat(forward.output())
                .containsPattern("tun11 -> tun22 +[0-9.]*[1-9][0-9]* Gbit/s +[0-9,]+ packets/s +0 dropped/s")
                .containsPattern("process +[0-9.]+ % CPU +[0-9.]+ MiB")
                .doesNotContain("\033[");
    }

    @Test
    void shouldTellOnceThatTheQueueIsFull() {
        forward(List.of(), "--mode", "async-normal-channel", "--queue-full", "drop", "--queue-capacity", "1");
        // A burst that is read in batches of several packets.
        hosts.host1().sh("ping -q -l 200 -c 2000 -i 0.001 -W 1 10.0.2.1 || true");

        forward.awaitLine("WARN  LossReporter: tun22: packets are being dropped: the queue to it is full (queue_full)");
        forward.awaitLine("INFO  LossReporter: over, after");
        assertThat(forward.output().lines().filter(line -> line.contains("WARN") && line.contains("tun22")))
                .hasSize(1);
    }

    @Test
    void shouldForwardSeveralPairsWithAModeEach() throws Exception {
        Path file = Files.writeString(folder.resolve("tunloop.toml"), """
                metrics = "9464"
                [[pair]]
                mode = "async-gso"
                iface1 = "tun11"
                iface2 = "tun22"
                [[pair]]
                mode = "async-normal"
                iface1 = "tun33"
                iface2 = "tun44"
                """);
        var command = JavaProcess.command(Main.class, "forward", "--config", file.toString());
        Process process = hosts.host1().start(command.toArray(String[]::new));
        assertThat(TwoHosts.readLine(process)).contains("INFO").contains("metrics at");
        assertThat(hosts.host1().sh("curl -sSf --retry 50 --retry-all-errors http://127.0.0.1:9464/metrics"))
                .contains("tunloop_offload_enabled{device=\"tun22\",feature=\"tso4\",pair=\"1\"} 1.0")
                .contains("tunloop_offload_enabled{device=\"tun44\",feature=\"tso4\",pair=\"2\"} 0.0")
                .contains("tunloop_eventloop_pending{loop=\"0\",pair=\"2\"}");
    }

    @Test
    void shouldPrintItsStateOnSigusr1() {
        forward(List.of(), "--mode", "async-normal");
        forward.signal("USR1");
        forward.awaitLine("tunloop: running after");
        forward.awaitLine("event loops: all tick");
        forward.awaitLine("tun22: up, carrier, MTU 1500, queue 4000");
    }

    @Test
    void shouldChangeOnSighupWhatCanChange() throws Exception {
        Path file = Files.writeString(folder.resolve("tunloop.toml"), "mode = \"async-normal\"\nmtu = 1400\n");
        forward(List.of(), "--config", file.toString());
        Traffic traffic = Traffic.start(hosts);

        Files.writeString(file, "mode = \"async-gso\"\nmtu = 1300\nlog-format = \"json\"\n");
        forward.signal("HUP");

        assertThat(forward.awaitLine("SIGHUP: changed"))
                .startsWith("{")
                .contains("[log-format, pair 1: mode, pair 1: mtu]");
        assertThat(hosts.host1().run("ip", "link", "show", "tun11")).contains("mtu 1300");
        traffic.awaitFlow();
    }

    @Test
    void shouldStayAsItIsWhenTheFileIsWrong() throws Exception {
        Path file = Files.writeString(folder.resolve("tunloop.toml"), "mode = \"async-normal\"\n");
        forward(List.of(), "--config", file.toString());
        Files.writeString(file, "mod = \"async-normal\"\n");
        forward.signal("HUP");
        forward.awaitLine("tunloop.toml:1: unknown key 'mod'; did you mean 'mode'?");
        Traffic.start(hosts);
    }

    /** With the heap and the stacks that the launcher gives it. */
    @Test
    void shouldStayAsItIsWhateverTheFileBecomes() throws Exception {
        Path file = Files.writeString(folder.resolve("tunloop.toml"), "mode = \"async-normal\"\nmtu = 1400\n");
        forward(
                List.of("env", "JAVA_TOOL_OPTIONS=-Xss256k -Xms2m -Xmn1m -Xmx24m -XX:+ExitOnOutOfMemoryError"),
                "--config",
                file.toString());
        Traffic traffic = Traffic.start(hosts);
        String changed = "mode = \"async-normal\"\nmtu = 1300\nlog-format = \"json\"\n";
        var files = List.of(
                changed + "key = 1\n".repeat(60_000),
                changed + "mtu=1\n".repeat(4000), // As many errors as fit.
                changed + "thread = [" + "1,\n".repeat(5000) + "]\n",
                changed + "# comment\n".repeat(2 << 20),
                changed + "ip1 = " + "[\n".repeat(100_000),
                changed + "pair = [{}, 1]\n",
                changed + "drain-timeout = \"999999999h\"\n",
                changed + "txqueuelen = 2147483647\n",
                changed + "mtu = []\n");
        for (int i = 0; i < files.size(); i++) {
            Files.writeString(file, files.get(i));
            forward.signal("HUP");
            forward.awaitLines(i + 1, "WARN  ForwardCommand: SIGHUP: nothing is changed: ");
        }
        Files.delete(file);
        hosts.host1().run("mkfifo", file.toString());
        forward.signal("HUP");
        forward.awaitLine("tunloop.toml cannot be read: it is not a regular file");

        traffic.awaitFlow();
        assertThat(hosts.host1().run("ip", "link", "show", "tun11")).contains("mtu 1400");
        assertThat(forward.output()).doesNotContain("\tat ");
    }

    /** By the other process that it waits for. */
    @Test
    void shouldHearSignalsWhileItStarts() throws Exception {
        Path socket = folder.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            forward = ForwardProcess.startWith(
                    hosts, List.of(), "--mode", "async-normal", "--socket1", socket.toString(), "--fd2", "0");
            SocketChannel waiting = server.accept();
            forward.signal("USR1");
            forward.awaitLine("tunloop: starting");
            forward.signal("TERM");
            forward.awaitLine("told to end while it starts");
            waiting.close();
            assertThat(forward.exitCode()).isZero();
            assertThat(forward.output()).contains("ended before it had started: recvmsg on " + socket);
        }
    }

    @Test
    void shouldEndAtOnceOnTheSecondSigtermWhileItStarts() throws Exception {
        Path socket = folder.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            forward = ForwardProcess.startWith(
                    hosts, List.of(), "--mode", "async-normal", "--socket1", socket.toString(), "--fd2", "0");
            try (SocketChannel waiting = server.accept()) {
                forward.signal("TERM");
                forward.awaitLine("told to end while it starts");
                forward.signal("TERM");
                assertThat(forward.exitCode()).isEqualTo(128 + 15);
                assertThat(waiting.isOpen()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-normal", "async-gso", "sync-normal"})
    void shouldHoldNoRightInAnyThread(String mode) throws Exception {
        forward(List.of(), "--mode", mode, "--metrics", "9464", "--user", "nobody");
        Traffic traffic = Traffic.start(hosts);
        assertThat(hasRing()).isEqualTo(mode.endsWith("normal") && PacketRing.isAvailable());

        // Again and again, to meet threads that come and go: the compiler's, and workers of the ring (iou-wrk).
        for (int i = 0; i < 5; i++) {
            traffic.awaitFlow();
            forward.get("/metrics");
            assertThat(statusOfThreads())
                    .hasSizeGreaterThan(5)
                    .allSatisfy(status -> assertThat(status)
                            .contains("NoNewPrivs:\t1\n", "Uid:\t65534\t65534\t65534\t65534\n")
                            .contains("CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n")
                            .contains("CapEff:\t0000000000000000\n", "CapBnd:\t0000000000000000\n")
                            .contains("CapAmb:\t0000000000000000\n"));
        }
    }

    private boolean hasRing() {
        return hosts.host1().sh("ls -l /proc/" + forward.pid() + "/fd").contains("anon_inode:[io_uring]");
    }

    /** Without those that end meanwhile. */
    private List<String> statusOfThreads() throws IOException {
        var all = new ArrayList<String>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + forward.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                try {
                    all.add(Files.readString(thread.resolve("status")));
                } catch (IOException ended) {
                    assertThat(thread).doesNotExist();
                }
            }
        }
        return all;
    }

    @Test
    void shouldSayThatItStaysTheUserThatOwnsNearlyAllFiles() {
        forward(List.of(), "--mode", "async-normal", "--drop-rights");
        assertThat(forward.awaitLine("stays user 0")).contains("WARN  Rights", "name another user with --user");
    }

    @Test
    void shouldSayNothingOfTheKindOfAnotherUser() {
        forward(List.of(), "--mode", "async-normal", "--drop-rights", "--user", "nobody");
        assertThat(forward.output()).doesNotContain("WARN");
    }

    /** Before the devices are opened, and so before they are changed. */
    @Test
    void shouldLookForTheUserFirst() throws Exception {
        forward = ForwardProcess.start(hosts, List.of(), "--mode", "async-normal", "--user", "tl-nobody");
        assertThat(forward.exitCode()).isEqualTo(1);
        assertThat(forward.output())
                .isEqualTo(
                        "tunloop: getpwnam on user tl-nobody: ENOENT: there is no such user; create it or name another");
    }

    @Test
    void shouldShowTheAddressOfItsMetricsAsAUrl() {
        forward(List.of(), "--mode", "async-normal", "--metrics", "[::1]:0");
        forward.awaitLine("metrics at http://[::1]:");
    }

    @Test
    void shouldTellSystemdHowItIs() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Channel manager = listen(group, folder.resolve("notify"), told);
        try {
            forward(
                    List.of("env", "NOTIFY_SOCKET=" + folder.resolve("notify"), "WATCHDOG_USEC=900000"),
                    "--mode",
                    "async-normal");
            String state = told.poll(10, TimeUnit.SECONDS);
            assertThat(state).isNotNull().contains("WATCHDOG=1");
            for (state = told.take(); state.equals("WATCHDOG=1"); state = told.take()) {
                assertThat(state).isNotNull();
            }
            assertThat(state).isEqualTo("READY=1\nSTATUS=forwarding");
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("WATCHDOG=1");
            forward.signal("HUP");
            assertThat(next(told)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(next(told)).startsWith("READY=1");
            forward.signal("TERM");
            assertThat(next(told)).startsWith("STOPPING=1");
            assertThat(forward.exitCode()).isZero();
        } finally {
            manager.close().syncUninterruptibly();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static String next(BlockingQueue<String> told) throws InterruptedException {
        String state = told.poll(10, TimeUnit.SECONDS);
        while ("WATCHDOG=1".equals(state)) {
            state = told.poll(10, TimeUnit.SECONDS);
        }
        return state;
    }

    private static Channel listen(MultiThreadIoEventLoopGroup group, Path socket, BlockingQueue<String> told) {
        return new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                        told.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(socket.toString()))
                .syncUninterruptibly()
                .channel();
    }

    /** What the kernel lets a second one do to a device with several queues, at once or half of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--mode sync-gso-concurrent",
                "--mode sync-passthrough-concurrent --thread 4",
                "--engine sync --concurrent",
                "--mode async-gso",
                "--mode async-normal",
            })
    void shouldNotTouchTheDevicesOfAnother(String mode) throws Exception {
        for (String device : List.of("tun11", "tun22")) {
            (device.equals("tun11") ? hosts.host1() : hosts.host2())
                    .run("ip", "tuntap", "add", device, "mode", "tun", "multi_queue");
        }
        forward(List.of(), "--mode", "sync-gso-concurrent", "--mtu", "1400");
        Traffic traffic = Traffic.start(hosts);
        String before = snapshot();
        var arguments = new ArrayList<>(List.of(mode.split(" ")));
        arguments.addAll(List.of("--iface1", "tun11", "--ip1", "10.0.9.1/24,fd00:9::1/64", "--route1", "10.0.8.0/24"));
        arguments.addAll(List.of(
                "--iface2",
                "tun22",
                "--ip2",
                "10.0.8.1/24",
                "--netns2",
                hosts.host2().name()));
        arguments.addAll(List.of("--mtu", "1300", "--txqueuelen", "77"));

        ForwardProcess second = ForwardProcess.startWith(hosts, List.of(), arguments.toArray(String[]::new));

        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.output())
                .startsWith("tunloop: ioctl(TUNSETIFF) on tun11: E")
                .hasLineCount(1);
        assertThat(snapshot()).isEqualTo(before);
        traffic.awaitFlow();
        assertThat(forward.output()).doesNotContain("WARN");
    }

    /** Of both hosts' devices all that their users would notice. */
    private String snapshot() {
        String show = "ip -d link show type tun; ip addr; ip route; ip -6 route; ethtool -k ";
        return hosts.host1().sh(show + "tun11") + hosts.host2().sh(show + "tun22");
    }

    @Test
    void shouldTakeBackWhatAReloadHasChangedBeforeItFailed() throws Exception {
        String pair = "[[pair]]\nmode = \"async-normal\"\niface1 = \"tun11\"\niface2 = \"tun22\"\nnetns2 = \""
                + hosts.host2().name() + "\"\n";
        Path file = Files.writeString(folder.resolve("tunloop.toml"), pair + "ip2 = \"10.0.2.1/24\"\n");
        forward = ForwardProcess.startWith(hosts, List.of(), "--config", file.toString());
        forward.awaitLine("tunloop: ready");
        String before = snapshot();

        Files.writeString(
                file,
                "log-format = \"json\"\nmtu = 1300\ntxqueuelen = 77\n" + pair + "ip1 = \"10.0.1.1/24\"\n"
                        + "route1 = \"10.0.2.0/24\"\nip2 = \"10.0.7.1/24\"\nroute2 = \"10.11.0.0/16 via 192.0.2.1\"\n");
        forward.signal("HUP");

        assertThat(forward.awaitLine(
                        "SIGHUP: nothing is changed: netlink(RTM_NEWROUTE 10.11.0.0/16 via 192.0.2.1) on tun22"))
                .contains("WARN  ForwardCommand");
        assertThat(snapshot()).isEqualTo(before);
        // And once it is right, it is done.
        Files.writeString(file, "mtu = 1300\n" + pair + "ip1 = \"10.0.1.1/24\"\n");
        forward.signal("HUP");
        forward.awaitLine("SIGHUP: changed: [");
        assertThat(hosts.host1().run("ip", "addr")).contains("mtu 1300", "10.0.1.1/24");
    }

    /** At the same place in the file, or handed over: they are not what the file names now. */
    @Test
    void shouldNotGiveADeviceTheSettingsOfAnother() throws Exception {
        Path file = Files.writeString(folder.resolve("tunloop.toml"), "mode = \"async-normal\"\niface1 = \"tun11\"\n");
        forward = ForwardProcess.startWith(
                hosts,
                List.of(),
                "--config",
                file.toString(),
                "--iface2",
                "tun22",
                "--netns2",
                hosts.host2().name());
        forward.awaitLine("tunloop: ready");
        String before = hosts.host1().run("ip", "addr");

        Files.writeString(file, "mode = \"async-normal\"\niface1 = \"tun33\"\nip1 = \"10.0.3.1/24\"\n");
        forward.signal("HUP");

        forward.awaitLine("SIGHUP: changed: [pair 1: iface1, pair 1: ip1]");
        assertThat(hosts.host1().run("ip", "addr")).isEqualTo(before);
    }

    @Test
    void shouldNeedNoCapabilityForAPersistentDeviceOfItsOwner() {
        for (String device : List.of("tun11", "tun22")) {
            hosts.host1().run("ip", "tuntap", "add", device, "mode", "tun", "user", "root");
            hosts.host1().run("ip", "link", "set", device, "up");
        }
        var command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        command.addAll(JavaProcess.command(
                Main.class,
                "forward",
                "--mode",
                "async-gso",
                "--iface1",
                "tun11",
                "--iface2",
                "tun22",
                "--txqueuelen",
                "0"));

        Process process = hosts.host1().start(command.toArray(String[]::new));

        assertThat(TwoHosts.readLine(process)).startsWith("tunloop: ready: async-gso between tun11 and tun22");
    }
}
