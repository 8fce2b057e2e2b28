// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.testing.Descriptors;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What an open device is like, as iproute2 sees it. */
@RequiresTun
class TunDeviceIT {
    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private TunDeviceConfig.Builder config() {
        return TunDeviceConfig.builder().netns(namespace.name());
    }

    @Test
    void shouldLetTheKernelChooseTheName() throws Exception {
        try (TunDevice first = TunDevice.open(config().build());
                TunDevice second = TunDevice.open(config().build())) {
            assertThat(first.name()).isEqualTo("tun0");
            assertThat(second.name()).isEqualTo("tun1");
        }
    }

    @Test
    void shouldSetMtuQueueLengthAndLinkUp() throws Exception {
        TunDeviceConfig config =
                config().name("tl0").mtuBytes(9000).txQueueLength(2000).build();
        try (TunDevice device = TunDevice.open(config)) {
            assertThat(device.name()).isEqualTo("tl0");
            assertThat(device.mtuBytes()).isEqualTo(9000);
            assertThat(namespace.run("ip", "link", "show", "tl0")).contains("mtu 9000", "qlen 2000", ",UP,LOWER_UP>");
        }
    }

    @Test
    void shouldStayDownWhenToldTo() throws Exception {
        try (TunDevice device = TunDevice.open(config().up(false).build())) {
            assertThat(namespace.run("ip", "link", "show", device.name())).doesNotContain("UP");
        }
    }

    @Test
    void shouldAddSeveralAddressesOfBothVersions() throws Exception {
        TunDeviceConfig config = config().name("tl0")
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .address(InterfaceAddress.parse("10.8.0.1/30"))
                .address(InterfaceAddress.parse("fd00:7::1/64"))
                .build();
        try (TunDevice device = TunDevice.open(config)) {
            assertThat(namespace.run("ip", "addr", "show", device.name()))
                    .contains("inet 10.7.0.1/24", "inet 10.8.0.1/30", "inet6 fd00:7::1/64")
                    .doesNotContain("tentative");
        }
    }

    @Test
    void shouldReportWhatTheKernelGranted() throws Exception {
        try (TunDevice plain = TunDevice.open(config().build());
                TunDevice offloaded =
                        TunDevice.open(config().offloads(Offload.all()).build())) {
            assertThat(plain.offloads()).isEmpty();
            assertThat(plain.vnetHeaderBytes()).isZero();
            assertThat(offloaded.offloads()).contains(Offload.CHECKSUM, Offload.TSO4, Offload.TSO6);
            assertThat(offloaded.vnetHeaderBytes()).isEqualTo(10);
            assertThat(namespace.run("ip", "-d", "link", "show", offloaded.name()))
                    .contains("vnet_hdr on");
        }
    }

    @Test
    void shouldRemoveTheDeviceWhenTheLastDescriptorCloses() throws Exception {
        TunDevice device = TunDevice.open(config().name("tl0").build());
        TunDevice copy = device.dup();
        device.close();
        assertThat(device.isOpen()).isFalse();
        assertThat(namespace.run("ip", "link")).contains("tl0");
        copy.close();
        assertThat(namespace.run("ip", "link")).doesNotContain("tl0");
    }

    @Test
    void shouldCloseOnlyOnce() throws Exception {
        TunDevice device = TunDevice.open(config().build());
        device.close();
        device.close();
        assertThat(device.fd()).isEqualTo(-1);
    }

    @Test
    void shouldSayThatItIsClosedToWhoeverAsks() throws Exception {
        TunDevice device = TunDevice.open(config().name("tl0").build());
        device.close();
        for (ThrowingCallable ask : List.<ThrowingCallable>of(
                device::state,
                device::statistics,
                device::dup,
                () -> device.setUp(true),
                () -> device.setCarrier(true),
                () -> device.configure(config().build()),
                () -> LinkMonitor.open(device),
                () -> PacketBuffers.read(device))) {
            assertThatThrownBy(ask)
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("on tl0: EBADF: tl0 was closed");
        }
    }

    @Test
    void shouldLeakNothingWhenOthersAskWhileItIsClosed() throws Exception {
        TunDevice other = TunDevice.open(config().build());
        long sockets = Descriptors.sockets();
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < 60; i++) {
                closeWhileOthersAsk(readers, TunDevice.attach(other.dup().fd()));
            }
        } finally {
            readers.shutdown();
        }
        assertThat(readers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Descriptors.sockets()).isEqualTo(sockets);
        other.close();
    }

    /** Each reader asks until the device is closed, and gets an answer about this device or none. */
    private static void closeWhileOthersAsk(ExecutorService readers, TunDevice device) throws Exception {
        var asked = new CountDownLatch(3);
        Callable<String> reader = () -> {
            try {
                while (true) {
                    assertThat(device.state().name()).isEqualTo(device.name());
                    asked.countDown();
                }
            } catch (TunException closed) {
                return closed.errnoName();
            }
        };
        var answers = List.of(readers.submit(reader), readers.submit(reader), readers.submit(reader));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        device.close();
        for (var answer : answers) {
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("EBADF");
        }
    }

    @Test
    void shouldReadTheAnswerToThePingThatItWrote() throws Exception {
        TunDeviceConfig config =
                config().address(InterfaceAddress.parse("10.7.0.1/24")).build();
        try (TunDevice device = TunDevice.open(config)) {
            PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1"));
            // The kernel answers before the write returns.
            ByteBuf answer = nextIpv4(device);
            assertThat(PacketBuffers.icmpType(answer)).isZero();
            answer.release();
        }
    }

    @Test
    void shouldCountLikeTheKernel() throws Exception {
        TunDeviceConfig config = config().address(InterfaceAddress.parse("10.7.0.1/24"))
                .txQueueLength(1)
                .build();
        try (TunDevice device = TunDevice.open(config)) {
            LinkStatistics before = device.statistics();
            for (int i = 0; i < 10; i++) {
                PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1"));
            }
            LinkStatistics after = device.statistics();
            assertThat(after.rxPackets() - before.rxPackets()).isEqualTo(10);
            assertThat(after.rxBytes() - before.rxBytes()).isEqualTo(280);
            // Of ten answers one fits into the queue at most.
            assertThat(after.txDropped() - before.txDropped()).isBetween(9L, 10L);
        }
    }

    @Test
    void shouldNotAllocateWhenItReadsAndWrites() throws Exception {
        TunDeviceConfig config =
                config().address(InterfaceAddress.parse("10.7.0.1/24")).build();
        ByteBuf ping = PacketBuffers.ping("10.7.0.2", "10.7.0.1");
        ByteBuf answer = Unpooled.directBuffer(2000);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TunDevice device = TunDevice.open(config);
                PacketVector out = new PacketVector(1);
                PacketVector in = new PacketVector(1)) {
            out.addPacket(ping.memoryAddress(), ping.readableBytes());
            in.addPacket(answer.memoryAddress(), answer.capacity());
            long least = Long.MAX_VALUE;
            // The first rounds load classes and compile.
            for (int round = 0; round < 10; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) {
                    device.write(out);
                    device.read(in);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
        } finally {
            ping.release();
            answer.release();
        }
    }

    @Test
    void shouldFollowItsNewName() throws Exception {
        try (TunDevice device = TunDevice.open(config().name("tl0").up(false).build())) {
            namespace.run("ip", "link", "set", "tl0", "name", "tl9");
            assertThat(device.state().name()).isEqualTo("tl9");
            assertThat(device.name()).isEqualTo("tl0");
        }
    }

    @Test
    void shouldPlugTheCarrierInAndOut() throws Exception {
        try (TunDevice device = TunDevice.open(config().build())) {
            assertThat(device.state().carrier()).isTrue();
            device.setCarrier(false);
            assertThat(device.state().carrier()).isFalse();
            device.setCarrier(true);
            assertThat(device.state().carrier()).isTrue();
        }
    }

    @Test
    void shouldRouteThroughTheDevice() throws Exception {
        TunDeviceConfig config = config().name("tl0")
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .address(InterfaceAddress.parse("fd00:7::1/64"))
                .route(Route.parse("10.9.0.0/16"))
                .route(Route.parse("0.0.0.0/0 via 10.7.0.2"))
                .route(Route.parse("fd00:9::/48 via fd00:7::2"))
                .build();
        try (TunDevice device = TunDevice.open(config)) {
            assertThat(namespace.run("ip", "route"))
                    .contains("10.9.0.0/16 dev " + device.name(), "default via 10.7.0.2 dev tl0");
            assertThat(namespace.run("ip", "-6", "route")).contains("fd00:9::/48 via fd00:7::2 dev tl0");
        }
    }

    @Test
    void shouldMoveEthernetFramesOnATapDevice() throws Exception {
        TunDeviceConfig config = config().tap(true)
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build();
        try (TunDevice device = TunDevice.open(config)) {
            assertThat(device.isTap()).isTrue();
            assertThat(device.name()).isEqualTo("tap0");
            namespace.sh("ping -c1 -W1 10.7.0.2 || true");
            assertThat(nextEtherType(device)).isEqualTo(0x0806);
        }
    }

    @Test
    void shouldHaveAHeaderInFrontOfEthernetFramesWithOffloads() throws Exception {
        TunDeviceConfig config = config().tap(true)
                .offloads(Offload.all())
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build();
        try (TunDevice device = TunDevice.open(config)) {
            namespace.sh("ping -c1 -W1 10.7.0.2 || true");
            assertThat(nextEtherType(device)).isEqualTo(0x0806);
        }
    }

    /** Skips what the kernel says for IPv6 on its own account. */
    private static ByteBuf nextIpv4(TunDevice device) throws TunException {
        ByteBuf packet = PacketBuffers.read(device);
        while (packet.getByte(0) >> 4 != 4) {
            packet.release();
            packet = PacketBuffers.read(device);
        }
        return packet;
    }

    /** The first that is not IPv6. */
    private static int nextEtherType(TunDevice device) throws TunException {
        int type;
        do {
            ByteBuf frame = PacketBuffers.read(device);
            type = frame.getUnsignedShort(device.vnetHeaderBytes() + 12);
            frame.release();
        } while (type == 0x86dd);
        return type;
    }

    @Test
    void shouldLeaveTheCallingThreadInItsNamespace() throws Exception {
        String before = namespaceOfThisThread();
        TunDevice.open(config().build()).close();
        assertThat(namespaceOfThisThread()).isEqualTo(before);
    }

    private static String namespaceOfThisThread() throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }
}
