// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to devices and to the process while traffic flows, and that traffic flows again afterwards. */
@RequiresTun
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultIT {
    private static final int QUICK_CYCLES = 15;
    private static final int LONG_CYCLES = 1000;
    private static final int QUICK_KILLS = 3;
    private static final int LONG_KILLS = 200;

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private ForwardProcess forward;
    private Traffic traffic;

    @RegisterExtension
    final AfterTestExecutionCallback output = context -> context.getExecutionException()
            .ifPresent(cause -> cause.addSuppressed(new AssertionError("output: " + forward.output())));

    private void forward(String mode, String... more) {
        forward(List.of(), mode, more);
    }

    private void forward(List<String> prefix, String mode, String... more) {
        forward = ForwardProcess.start(hosts, prefix, arguments(mode, more));
        forward.awaitLine("tunloop: ready");
    }

    private static String[] arguments(String mode, String... more) {
        String[] all = new String[more.length + 4];
        all[0] = "--mode";
        all[1] = mode;
        all[2] = "--metrics";
        all[3] = "9464";
        System.arraycopy(more, 0, all, 4, more.length);
        return all;
    }

    private void forwardUnderLoad(String mode) {
        forward(mode);
        traffic = Traffic.start(hosts);
    }

    /** Down takes the routes through the device away, as it does with any. */
    private void downAndUp(int device) {
        var host = device == 1 ? hosts.host1() : hosts.host2();
        String name = device == 1 ? "tun11" : "tun22";
        String network = device == 1 ? "10.0.2.0/24" : "10.0.1.0/24";
        host.sh("ip link set " + name + " down && ip link set " + name + " up && ip route add " + network + " dev "
                + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-normal", "sync-normal", "async-gso", "async-passthrough"})
    void shouldGoOnWhenADeviceWasDownAndUp(String mode) {
        forwardUnderLoad(mode);
        for (int device = 1; device <= 2; device++) {
            downAndUp(device);
            traffic.awaitFlow();
        }
        List<String> lines = forward.awaitLines(2, "is up again");
        assertThat(lines.stream().filter(line -> line.contains("is down: packets to it are dropped")))
                .hasSize(2);
        assertThat(forward.get("/readyz")).startsWith("ok");
    }

    @Test
    void shouldGoOnAfterManyTimesDownAndUp() {
        cycle(QUICK_CYCLES);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldGoOnAfterAThousandTimesDownAndUp() {
        cycle(LONG_CYCLES);
    }

    private void cycle(int cycles) {
        forwardUnderLoad("async-gso");
        double files = forward.metric("process_files_open_files");
        for (int i = 0; i < cycles; i++) {
            downAndUp(1 + i % 2);
        }
        traffic.awaitFlow();
        forward.awaitLines(cycles, "is up again");
        assertThat(forward.metric("process_files_open_files")).isLessThanOrEqualTo(files + 2);
    }

    @Test
    void shouldTellThatADeviceIsDownAndCountWhatIsLost() {
        forward("async-normal");
        hosts.host2().run("ip", "link", "set", "tun22", "down");
        forward.awaitLine("tun22 is down: packets to it are dropped");

        hosts.host1().sh("ping -c20 -i0.02 -W1 10.0.2.1 || true");

        forward.awaitLine("packets are being dropped: the link is down (device_down)");
        assertThat(forward.metric("tunloop_dropped_total{device=\"tun22\",reason=\"device_down\"}"))
                .isGreaterThanOrEqualTo(20);
        assertThat(forward.metric("tunloop_device_up{device=\"tun22\"}")).isZero();
        assertThat(hosts.host1().sh("curl -s http://127.0.0.1:9464/readyz")).contains("tun22 is not up");
        assertThat(forward.get("/healthz")).startsWith("ok");
        assertThat(forward.output().lines().filter(line -> line.contains("being dropped")))
                .hasSize(1);
    }

    @Test
    void shouldGoOnWhenTheMtuChanges() {
        forwardUnderLoad("async-normal");
        for (int mtu : new int[] {9000, 1280, 1500}) {
            hosts.host1().run("ip", "link", "set", "tun11", "mtu", Integer.toString(mtu));
            hosts.host2().run("ip", "link", "set", "tun22", "mtu", Integer.toString(mtu));
            forward.awaitLine("tun11 has an MTU of " + mtu + " now");
            traffic.awaitFlow();
        }
    }

    @Test
    void shouldGoOnWhenAnAddressWasRemovedAndAddedAgain() {
        forwardUnderLoad("async-passthrough");
        hosts.host2().run("ip", "addr", "del", "10.0.2.1/24", "dev", "tun22");
        forward.awaitLine("tun22 lost the address 10.0.2.1/24");
        hosts.host2().run("ip", "addr", "add", "10.0.2.1/24", "dev", "tun22");
        hosts.host2().sh("ip route replace 10.0.1.0/24 dev tun22");
        traffic.awaitFlow();
    }

    @Test
    void shouldTakeTheCarrierOfThePeerAwayWhenAsked() {
        forward("async-passthrough", "--mirror-carrier");
        traffic = Traffic.start(hosts);
        hosts.host2().run("ip", "link", "set", "tun22", "down");
        forward.awaitLine("tun11 lost its carrier");
        assertThat(hosts.host1().run("ip", "link", "show", "tun11")).contains("NO-CARRIER");
        hosts.host2().sh("ip link set tun22 up && ip route add 10.0.1.0/24 dev tun22");
        forward.awaitLine("tun11 has its carrier");
        traffic.awaitFlow();
    }

    @Test
    void shouldGoOnWhenADeviceWasMovedToAnotherNamespaceAndBack() {
        forwardUnderLoad("async-normal");
        hosts.host2().move("tun22", hosts.host1());
        forward.awaitLine("tun22 was moved to another network namespace");
        hosts.host1().run("ip", "link", "set", "tun22", "up");
        forward.awaitLine("tun22 is up again");
        hosts.host1().move("tun22", hosts.host2());
        hosts.host2()
                .sh("ip link set tun22 up && ip addr add 10.0.2.1/24 dev tun22 && ip route add 10.0.1.0/24 dev tun22");
        traffic.awaitFlow();
        forward.awaitLines(2, "tun22 is up again");
        assertThat(forward.get("/readyz")).startsWith("ok");
    }

    /** After rights are dropped nobody tells where the device is: it is known again when it is back. */
    @ParameterizedTest
    @ValueSource(strings = {"--drop-rights", "--user=nobody"})
    void shouldWatchADeviceAgainThatWasAwayWithoutAnyRight(String rights) {
        forward("async-normal", rights);
        traffic = Traffic.start(hosts);
        try (NetNamespace elsewhere = NetNamespace.create()) {
            // Has the number that tun22 would keep there otherwise, and bring back.
            elsewhere.run("ip", "tuntap", "add", "other", "mode", "tun");
            for (int times = 1; times <= 2; times++) {
                hosts.host2().move("tun22", elsewhere);
                forward.awaitLines(times, "tun22 was moved to another network namespace");
                assertThat(hosts.host1().sh("curl -s http://127.0.0.1:9464/readyz"))
                        .contains("tun22 is not up");
                elsewhere.run("ip", "link", "set", "tun22", "up");
                elsewhere.move("tun22", hosts.host2());
                forward.awaitLines(times, "tun22 is back in its network namespace, and down");
                hosts.host2()
                        .sh("ip link set tun22 up && ip addr add 10.0.2.1/24 dev tun22"
                                + " && ip route add 10.0.1.0/24 dev tun22");
                forward.awaitLines(times, "tun22 is up again");
                traffic.awaitFlow();
                assertThat(forward.get("/readyz")).startsWith("ok");
                assertThat(forward.metric("tunloop_kernel_tx_dropped_total{device=\"tun22\"}"))
                        .isNotNegative();
            }
        }
        hosts.host2().run("ip", "link", "set", "tun22", "down");
        forward.awaitLine("tun22 is down: packets to it are dropped");
    }

    /** The device of the process's own namespace is another one. */
    @Test
    void shouldWatchADeviceAgainThatWasWhereTheProcessIs() {
        forward("async-normal", "--drop-rights");
        traffic = Traffic.start(hosts);
        hosts.host2().move("tun22", hosts.host1());
        forward.awaitLine("tun22 was moved to another network namespace");
        hosts.host1().run("ip", "link", "set", "tun22", "up");
        forward.awaitLine("tun22 is up again");
        hosts.host1().move("tun22", hosts.host2());
        forward.awaitLine("tun22 is back in its network namespace, and down");
        hosts.host2().run("ip", "link", "set", "tun22", "up");
        forward.awaitLines(2, "tun22 is up again");
        assertThat(forward.get("/readyz")).startsWith("ok");
    }

    @Test
    void shouldPutIpv6BackWhenTheMtuSufficesAgain() {
        forward = startWithIpv6();
        String before = ipv6OfHost2();
        assertThat(before).contains("fd00:2::1/64", "fd00:1::/64", "fd00:7::/64");
        traffic = Traffic.start(hosts);

        hosts.host2().run("ip", "link", "set", "tun22", "mtu", "1000");
        forward.awaitLine(
                "WARN  DeviceWatch: tun22 has no IPv6 addresses and routes any more: IPv6 needs an MTU of 1280");
        assertThat(ipv6OfHost2()).doesNotContain("fd00");
        hosts.host2().run("ip", "link", "set", "tun22", "mtu", "1500");
        forward.awaitLine("INFO  DeviceWatch: tun22 has the IPv6 addresses and routes of the configuration again");

        assertThat(ipv6OfHost2()).isEqualTo(before);
        hosts.host1().run("ping", "-6", "-c1", "-W5", "fd00:2::1");
        traffic.awaitFlow();
    }

    @Test
    void shouldPutIpv6AndRoutesBackOnSighup() {
        forward = startWithIpv6();
        String before = ipv6OfHost2();
        // Down and up takes IPv6 addresses and all routes away.
        hosts.host2().sh("ip link set tun22 down && ip link set tun22 up");
        forward.awaitLine("tun22 is up again");
        assertThat(ipv6OfHost2()).doesNotContain("fd00");

        forward.signal("HUP");
        forward.awaitLine("SIGHUP: changed: []");

        assertThat(ipv6OfHost2()).isEqualTo(before);
        assertThat(hosts.host2().run("ip", "route")).contains("10.0.1.0/24 dev tun22");
        hosts.host1().run("ping", "-6", "-c1", "-W5", "fd00:2::1");
    }

    @Test
    void shouldSayWhyIpv6DoesNotComeBack() {
        forward = startWithIpv6("--drop-rights");
        hosts.host2().sh("ip link set tun22 mtu 1000 && ip link set tun22 mtu 1500");
        assertThat(forward.awaitLine("tun22 does not get its IPv6 addresses and routes back"))
                .contains("WARN", "EPERM: needs CAP_NET_ADMIN");
    }

    private ForwardProcess startWithIpv6(String... more) {
        var arguments = new ArrayList<>(List.of("--mode", "async-normal", "--metrics", "9464"));
        arguments.addAll(List.of("--ip1", "fd00:1::1/64", "--route1", "fd00:2::/64"));
        arguments.addAll(List.of("--ip2", "fd00:2::1/64", "--route2", "fd00:1::/64,fd00:7::/64 via fd00:2::9"));
        arguments.addAll(List.of(more));
        ForwardProcess process = ForwardProcess.start(hosts, List.of(), arguments.toArray(String[]::new));
        process.awaitLine("tunloop: ready");
        return process;
    }

    /** But for what is of the link itself. */
    private String ipv6OfHost2() {
        return hosts.host2()
                .sh("ip -6 -o addr show dev tun22; ip -6 route show dev tun22")
                .lines()
                .filter(line -> line.contains("fd00"))
                .map(line -> line.replaceFirst("^\\d+: ", ""))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @CsvSource({"async-normal, tun11, 1", "sync-normal, tun22, 2", "async-gso, tun22, 2"})
    void shouldEndWithTheReasonWhenADeviceIsDeleted(String mode, String device, int host) throws Exception {
        forwardUnderLoad(mode);
        (host == 1 ? hosts.host1() : hosts.host2()).run("ip", "link", "del", device);
        assertThat(forward.exitCode()).isEqualTo(1);
        assertThat(forward.output())
                .contains(device + " was deleted; create it and open it again")
                .contains("tunloop: stopped after");
    }

    @ParameterizedTest
    @CsvSource({"EIO, device_down", "ENOBUFS, refused", "ENOMEM, refused", "EINVAL, invalid"})
    void shouldCountWhatTheKernelRefusesAndGoOn(String errno, String reason) throws Exception {
        forward(ForwardProcess.WITHOUT_RING, "async-normal");
        traffic = Traffic.start(hosts);
        // Few: TCP waits twice as long after each loss, and would be a minute over 20 that it meets one by one.
        Process strace = forward.inject("write,writev:error=" + errno + ":when=1..5");
        forward.awaitLine("tun22: packets are being dropped");
        traffic.awaitFlow();
        end(strace);
        traffic.awaitFlow();
        assertThat(forward.metric("tunloop_dropped_total{device=\"tun22\",reason=\"" + reason + "\"}"))
                .isPositive();
        assertThat(forward.output().lines().filter(line -> line.contains("WARN") && line.contains("tun22: packets")))
                .singleElement()
                .asString()
                .endsWith("(" + reason + ")");
        // Only the device's own counters could tell, once it is over.
        forward.awaitLine("INFO  LossReporter: over, after");
    }

    @Test
    void shouldEndWithTheReasonWhenReadingFailsForGood() throws Exception {
        forward(ForwardProcess.WITHOUT_RING, "async-normal");
        traffic = Traffic.start(hosts);
        Process strace = forward.inject("read:error=EBADFD");
        assertThat(forward.exitCode()).isEqualTo(1);
        assertThat(forward.output()).contains("read on tun").contains("EBADFD");
        end(strace);
    }

    @Test
    void shouldGoOnWithoutDescriptorsToSpare() {
        forwardUnderLoad("async-gso");
        long files = (long) forward.metric("process_files_open_files");
        limitFiles(files - 4);
        // Netty tries again each second.
        hosts.host1().sh("curl -s -m4 http://127.0.0.1:9464/metrics || true");
        traffic.awaitFlow();
        limitFiles(1024);
        assertThat(hosts.host1()
                        .sh("curl -s --retry 20 --retry-all-errors --retry-delay 1 -m5 http://127.0.0.1:9464/healthz"))
                .startsWith("ok");
        forward.awaitLine("connections are accepted again, after");
        assertThat(forward.output().lines().filter(line -> line.contains("Too many open files")))
                .singleElement()
                .asString()
                .contains("WARN", "no connection can be accepted");
        assertThat(forward.output()).doesNotContain("\tat ");
    }

    private void limitFiles(long files) {
        hosts.host1().run("prlimit", "--pid", Long.toString(forward.pid()), "--nofile=" + files + ":1024");
    }

    private static void end(Process strace) throws InterruptedException {
        strace.destroy();
        assertThat(strace.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldLeaveNothingBehindWhenKilledAndStartAgain() throws Exception {
        kill(QUICK_KILLS);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldLeaveNothingBehindWhenKilledTwoHundredTimes() throws Exception {
        kill(LONG_KILLS);
    }

    private void kill(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            forward("async-gso");
            if (traffic == null) {
                traffic = Traffic.start(hosts);
            }
            traffic.awaitFlow();
            forward.signal("KILL");
            assertThat(forward.exitCode()).isEqualTo(137);
            assertThat(hosts.host1().run("ip", "-o", "link")).doesNotContain("tun");
            assertThat(hosts.host2().run("ip", "-o", "link")).doesNotContain("tun");
        }
    }
}
