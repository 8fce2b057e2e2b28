// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.Unpooled;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every way that the kernel says no, and what the user is told. */
@RequiresTun
class TunDeviceErrorsIT {
    private static final String NO_CAPABILITIES = "setpriv --bounding-set=-all --inh-caps=-all -- ";

    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private TunDeviceConfig.Builder config() {
        return TunDeviceConfig.builder().netns(namespace.name()).name("tl0");
    }

    private TunDevice open() throws TunException {
        return TunDevice.open(
                config().address(InterfaceAddress.parse("10.7.0.1/24")).build());
    }

    private static TunException failure(ThrowingCallable call) {
        TunException failure = catchThrowableOfType(TunException.class, call);
        assertThat(failure).as("nothing was thrown").isNotNull();
        return failure;
    }

    @Test
    void shouldSayThatCreatingNeedsNetAdmin() {
        String output = namespace.sh(NO_CAPABILITIES + JavaProcess.commandLine(DeviceProbe.class, "tl0"));
        assertThat(output)
                .contains(
                        "ioctl(TUNSETIFF) on tl0: EPERM: needs CAP_NET_ADMIN; run as root, or use a persistent device");
    }

    @Test
    void shouldSayThatTheControlFileIsNotAccessible() {
        String output =
                namespace.sh("d=$(mktemp -d) && mknod -m 000 $d/tun c 10 200 && mount --bind $d/tun /dev/net/tun; "
                        + NO_CAPABILITIES + JavaProcess.commandLine(DeviceProbe.class, "tl0") + "; rm -r $d");
        assertThat(output)
                .contains("open on /dev/net/tun: EACCES: no access to /dev/net/tun; run as root or let the user");
    }

    @Test
    void shouldSayThatTheControlFileIsMissing() {
        String output =
                namespace.sh("mount -t tmpfs none /dev/net && " + JavaProcess.commandLine(DeviceProbe.class, "tl0"));
        assertThat(output).contains("open on /dev/net/tun: ENOENT: /dev/net/tun is missing; load the module");
    }

    @Test
    void shouldSayThatDescriptorsHaveRunOut() {
        // A success and a failure load the classes, which takes descriptors as well.
        String output = namespace.sh("ulimit -n 256; " + JavaProcess.commandLine(DeviceProbe.class, "tl0", "lo", "*"));
        assertThat(output).contains("EMFILE: too many open files in this process; raise its limit (ulimit -n)");
    }

    @Test
    void shouldSayThatThisVeryProcessHasTheDevice() throws Exception {
        try (TunDevice device = open()) {
            assertThat(failure(() -> TunDevice.open(config().build())))
                    .hasMessage("ioctl(TUNSETIFF) on tl0: EBUSY: "
                            + "tl0 is open in this very process; close it first, or choose another name");
            assertThat(device.isOpen()).isTrue();
        }
    }

    @Test
    void shouldSayThatAnotherProcessHasTheDevice() throws Exception {
        try (TunDevice device = open()) {
            assertThat(namespace.sh(JavaProcess.commandLine(DeviceProbe.class, "tl0")))
                    .contains("EBUSY: tl0 is in use by another process; choose another name or stop it");
            TunException failure = failure(() -> TunDevice.open(config().build()));
            assertThat(failure.call()).isEqualTo("ioctl(TUNSETIFF)");
            assertThat(failure.device()).isEqualTo(device.name());
            assertThat(failure.errno()).isEqualTo(Errno.EBUSY);
            assertThat(failure.errnoName()).isEqualTo("EBUSY");
            assertThat(failure.remedy()).startsWith("tl0 is open");
        }
    }

    @Test
    void shouldRefuseAnotherKindOfDevice() throws Exception {
        try (TunDevice device = open()) {
            assertThat(failure(() -> TunDevice.open(config().tap(true).build())).errno())
                    .isEqualTo(Errno.EINVAL);
            assertThat(failure(() -> TunDevice.open(config().multiQueue(true).build()))
                            .remedy())
                    .contains("another kind", device.name());
            assertThat(failure(() -> TunDevice.open(config().name("lo").build()))
                            .errno())
                    .isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void shouldRefuseOneQueueTooMany() throws Exception {
        var queues = new ArrayList<TunDevice>();
        try {
            TunDeviceConfig config = config().multiQueue(true).build();
            for (int i = 0; i < 256; i++) {
                queues.add(TunDevice.open(config));
            }
            assertThat(failure(() -> TunDevice.open(config)).errno()).isEqualTo(Errno.E2BIG);
        } finally {
            for (TunDevice queue : queues) {
                queue.close();
            }
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenAStepFails() {
        // Nothing is on the link that this gateway could be reached through.
        TunDeviceConfig config = config().persist(true)
                .route(Route.parse("10.9.0.0/16 via 192.0.2.1"))
                .build();
        TunException failure = failure(() -> TunDevice.open(config));
        assertThat(failure.call()).isEqualTo("netlink(RTM_NEWROUTE 10.9.0.0/16 via 192.0.2.1)");
        assertThat(failure.errno()).isEqualTo(Errno.ENETUNREACH);
        assertThat(namespace.run("ip", "link")).doesNotContain("tl0");
    }

    /** The kernel says EACCES, which is something else for a file. */
    @Test
    void shouldSayThatIpv6IsSwitchedOff() {
        namespace.sh("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
        String reason =
                "EACCES: IPv6 is switched off on tl0; write 0 to /proc/sys/net/ipv6/conf/tl0/disable_ipv6, or name "
                        + "no IPv6 address and route";
        assertThat(failure(() -> TunDevice.open(
                        config().address(InterfaceAddress.parse("fd00::1/64")).build())))
                .hasMessage("netlink(RTM_NEWADDR fd00:0:0:0:0:0:0:1/64) on tl0: " + reason);
        assertThat(failure(() ->
                        TunDevice.open(config().route(Route.parse("fd00::/64")).build())))
                .hasMessage("netlink(RTM_NEWROUTE fd00:0:0:0:0:0:0:0/64) on tl0: " + reason);
    }

    @Test
    void shouldSayThatTheMtuIsTooSmallForIpv6() throws Exception {
        try (TunDevice device = open()) {
            namespace.run("ip", "link", "set", "tl0", "mtu", "1000");
            for (TunDeviceConfig config : List.of(
                    config().address(InterfaceAddress.parse("fd00::1/64")).build(),
                    config().route(Route.parse("fd00::/64")).build())) {
                assertThat(failure(() -> device.configure(config)).remedy())
                        .isEqualTo(
                                "IPv6 needs an MTU of at least 1280, and tl0 has 1000; raise it, or name no IPv6 address "
                                        + "and route");
            }
        }
    }

    @Test
    void shouldNameANamespaceThatDoesNotExist() {
        assertThat(failure(() -> TunDevice.open(config().netns("tl-no-such").build())))
                .hasMessage("open on /run/netns/tl-no-such: ENOENT: "
                        + "there is no such network namespace; create it first (ip netns add)");
    }

    @Test
    void shouldNameAFileThatIsNoNamespace() {
        assertThat(failure(
                        () -> TunDevice.open(config().netns("/proc/self/status").build())))
                .hasMessageStartingWith(
                        "setns on /proc/self/status: EINVAL: /proc/self/status is no network namespace");
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldNotWaitForTheWriterOfAFifo(@TempDir Path folder) {
        String fifo = folder.resolve("fifo").toString();
        namespace.run("mkfifo", fifo);
        assertThat(failure(() -> TunDevice.open(config().netns(fifo).build())))
                .hasMessage("setns on " + fifo + ": EINVAL: " + fifo
                        + " is no network namespace; name a file like /run/netns/blue");
    }

    @Test
    void shouldCountAPacketAsLostWhileTheLinkIsDown() throws Exception {
        try (TunDevice device = open()) {
            device.setUp(false);
            assertThat(PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")))
                    .isEqualTo(-Errno.EIO);
            device.setUp(true);
            assertThat(PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")))
                    .isEqualTo(28);
        }
    }

    @Test
    void shouldRefuseAPacketOfUnknownVersionAndTakeTheNext() throws Exception {
        try (TunDevice device = open()) {
            assertThat(PacketBuffers.write(device, Unpooled.directBuffer(20).writeZero(20)))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")))
                    .isEqualTo(28);
        }
    }

    @Test
    void shouldRefuseASuperFrameWithoutSegmentSize() throws Exception {
        TunDeviceConfig config = config().offloads(Offload.all()).build();
        try (TunDevice device = TunDevice.open(config)) {
            // NEEDS_CSUM, TCPV4, header length 40, gso_size 0, csum_start 20, csum_offset 16: 6 shorts, little endian.
            var frame = Unpooled.directBuffer(60).writeByte(1).writeByte(1);
            frame.writeShortLE(40).writeShortLE(0).writeShortLE(20).writeShortLE(16);
            frame.writeByte(0x45).writeZero(49);
            assertThat(PacketBuffers.write(device, frame)).isEqualTo(-Errno.EINVAL);
        }
    }

    @Test
    void shouldReportADeletedDeviceAsLost() throws Exception {
        try (TunDevice device = open()) {
            namespace.run("ip", "link", "del", "tl0");
            assertThat(failure(() -> PacketBuffers.read(device)))
                    .hasMessage("read on tl0: EBADFD: tl0 was deleted; create it and open it again");
            assertThat(failure(() -> PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")))
                            .errno())
                    .isEqualTo(Errno.EBADFD);
            assertThat(failure(device::state).errno()).isEqualTo(Errno.EBADFD);
        }
    }

    @Test
    void shouldReportAClosedDeviceAsLost() throws Exception {
        TunDevice device = open();
        device.close();
        assertThat(failure(() -> PacketBuffers.read(device)))
                .hasMessage("read on tl0: EBADF: tl0 was closed; open it again");
        assertThat(failure(device::dup).errno()).isEqualTo(Errno.EBADF);
        assertThat(failure(device::statistics).errno()).isEqualTo(Errno.EBADF);
    }

    @Test
    void shouldSurviveAMoveToAnotherNamespace() throws Exception {
        try (NetNamespace other = NetNamespace.create();
                TunDevice device = open()) {
            assertThat(device.state().up()).isTrue();
            namespace.move("tl0", other);
            assertThat(device.state().up()).isFalse();
            assertThat(PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")))
                    .isEqualTo(-Errno.EIO);

            other.run("ip", "addr", "add", "10.7.0.1/24", "dev", "tl0");
            device.setUp(true);
            assertThat(device.state().up()).isTrue();
            assertThat(PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")))
                    .isEqualTo(28);
            assertThat(device.statistics().rxPackets()).isEqualTo(1);
        }
    }
}
