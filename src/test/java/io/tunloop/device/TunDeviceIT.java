// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an open device is like, as iproute2 sees it. */
@RequiresTun
class TunDeviceIT {
    private NetNamespace namespace;

    @BeforeEach
    void createNamespace() {
        namespace = NetNamespace.create();
    }

    @AfterEach
    void removeNamespace() {
        namespace.close();
    }

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
    void shouldLeaveTheCallingThreadInItsNamespace() throws Exception {
        String before = namespaceOfThisThread();
        TunDevice.open(config().build()).close();
        assertThat(namespaceOfThisThread()).isEqualTo(before);
    }

    private static String namespaceOfThisThread() throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }
}
