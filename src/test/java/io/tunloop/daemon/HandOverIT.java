// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.testing.DescriptorServer;
import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process without any right that forwards between devices which others have opened, as in a container or on Android. */
@RequiresTun
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandOverIT {
    private static final List<String> WITHOUT_RIGHTS =
            List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--");

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private ForwardProcess forward;

    @TempDir
    private Path folder;

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Perl is on every Debian, and can do an ioctl: opens both devices, as 3 and 4, and becomes what follows. */
    private static List<String> opener(int flags) {
        String script = "$^F = 9; my @open; for (qw(tun11 tun22)) {"
                + " sysopen(my $tun, '/dev/net/tun', 2) or die $!; push @open, $tun;"
                + " ioctl($tun, 0x400454ca, pack('a16Sx22', $_, " + flags + ")) or die $!; }" // TUNSETIFF
                + " fileno($open[0]) == 3 && fileno($open[1]) == 4 or die; exec @ARGV";
        return List.of("perl", "-e", script);
    }

    private static void configure(NetNamespace host, String device, String address, String route) {
        host.sh("ip addr add " + address + " dev " + device + " && ip link set " + device + " up && ip route add "
                + route + " dev " + device);
    }

    @ParameterizedTest
    @CsvSource({"async-normal, 0x1001", "async-merge, 0x5001", "async-gso, 0x5001", "sync-passthrough, 0x5001"
    }) // IFF_VNET_HDR is 0x4000
    void shouldForwardBetweenInheritedDescriptors(String mode, String flags) throws Exception {
        var prefix = new ArrayList<>(opener(Integer.decode(flags)));
        prefix.addAll(WITHOUT_RIGHTS);
        forward = ForwardProcess.startWith(hosts, prefix, "--mode", mode, "--fd1", "3", "--fd2", "4");
        forward.awaitLine("tunloop: ready: " + mode + " between tun11 and tun22");
        hosts.host1().move("tun22", hosts.host2());
        configure(hosts.host1(), "tun11", "10.0.1.1/24", "10.0.2.0/24");
        configure(hosts.host2(), "tun22", "10.0.2.1/24", "10.0.1.0/24");

        Traffic.start(hosts);

        forward.signal("TERM");
        assertThat(forward.exitCode()).isZero();
        assertThat(hosts.host1().run("ip", "-o", "link")).doesNotContain("tun11");
        assertThat(hosts.host2().run("ip", "-o", "link")).doesNotContain("tun22");
    }

    @ParameterizedTest
    @CsvSource({"async-normal", "async-gso"})
    void shouldForwardBetweenDescriptorsFromSockets(String mode) throws Exception {
        Set<Offload> offloads = mode.endsWith("gso") ? Offload.all() : Offload.none();
        try (TunDevice device1 =
                        TunDevice.open(hosts.device1().offloads(offloads).build());
                TunDevice device2 =
                        TunDevice.open(hosts.device2().offloads(offloads).build())) {
            forward = receive(mode, device1, device2);
            forward.awaitLine("tunloop: ready: " + mode + " between tun11 and tun22");
        }
        hosts.route();

        Traffic.start(hosts);

        forward.signal("TERM");
        assertThat(forward.exitCode()).isZero();
        assertThat(hosts.host1().run("ip", "-o", "link")).doesNotContain("tun11");
    }

    private ForwardProcess receive(String mode, TunDevice device1, TunDevice device2) {
        Path socket1 = DescriptorServer.serve(group, folder.resolve("1"), () -> new FileDescriptor(device1.fd()));
        Path socket2 = DescriptorServer.serve(group, folder.resolve("2"), () -> new FileDescriptor(device2.fd()));
        return ForwardProcess.startWith(
                hosts, List.of(), "--mode", mode, "--socket1", socket1.toString(), "--socket2", socket2.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "async-gso, it was opened without offloads; open it with IFF_VNET_HDR",
        "async-merge, which mode async-merge needs: open it with IFF_VNET_HDR"
    })
    void shouldRefuseADescriptorThatDoesNotFitTheMode(String mode, String reason) throws Exception {
        TunDeviceConfig plain = hosts.device1().build();
        try (TunDevice device1 = TunDevice.open(plain);
                TunDevice device2 = TunDevice.open(hosts.device2().build())) {
            forward = receive(mode, device1, device2);
            assertThat(forward.exitCode()).isEqualTo(1);
        }
        assertThat(forward.output()).contains(reason);
    }

    @Test
    void shouldRefuseAHeaderThatTheModeWouldTakeForThePacket() throws Exception {
        TunDeviceConfig offloaded = hosts.device1().offloads(Offload.all()).build();
        try (TunDevice device1 = TunDevice.open(offloaded);
                TunDevice device2 =
                        TunDevice.open(hosts.device2().offloads(Offload.all()).build())) {
            forward = receive("async-framed", device1, device2);
            assertThat(forward.exitCode()).isEqualTo(1);
        }
        assertThat(forward.output()).contains("which mode async-framed takes for the packet: open it without");
    }
}
