// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Devices that outlive the process that made them, so that one without any capability can use them. */
@RequiresTun
class PersistentDeviceIT {
    private static final String NO_CAPABILITIES = "setpriv --bounding-set=-all --inh-caps=-all -- ";
    private static final int ROOT = 0;
    private static final int SOMEBODY_ELSE = 65_534;

    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private TunDeviceConfig.Builder config() {
        return TunDeviceConfig.builder().netns(namespace.name()).name("tl0").persist(true);
    }

    private String openWithoutCapabilities() {
        return namespace.sh(NO_CAPABILITIES + JavaProcess.commandLine(DeviceProbe.class, "tl0"));
    }

    @Test
    void shouldStayWhenClosedAndBeFoundWithItsProperties() throws Exception {
        TunDeviceConfig config = config().owner(SOMEBODY_ELSE)
                .group(ROOT)
                .mtuBytes(1400)
                .txQueueLength(77)
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build();
        TunDevice.open(config).close();

        TunInterface found = TunInterface.find("tl0", namespace.name());
        assertThat(found.persistent()).isTrue();
        assertThat(found.tap()).isFalse();
        assertThat(found.multiQueue()).isFalse();
        assertThat(found.owner()).isEqualTo(SOMEBODY_ELSE);
        assertThat(found.group()).isEqualTo(ROOT);
        assertThat(found.queues()).isZero();
        assertThat(found.addresses()).contains(InterfaceAddress.parse("10.7.0.1/24"));
        assertThat(found.link().mtuBytes()).isEqualTo(1400);
        assertThat(found.link().txQueueLength()).isEqualTo(77);
        assertThat(found.link().up()).isTrue();
        assertThat(found.link().carrier()).isFalse();
    }

    @Test
    void shouldOpenAsItsOwnerWithoutCapabilities() throws Exception {
        TunDevice.open(config().owner(ROOT).build()).close();
        assertThat(openWithoutCapabilities()).contains("opened tl0");
    }

    @Test
    void shouldOpenAsAMemberOfItsGroupWithoutCapabilities() throws Exception {
        TunDevice.open(config().group(ROOT).build()).close();
        assertThat(openWithoutCapabilities()).contains("opened tl0");
    }

    @Test
    void shouldRefuseAnybodyElse() throws Exception {
        TunDevice.open(config().owner(SOMEBODY_ELSE).build()).close();
        assertThat(openWithoutCapabilities()).contains("ioctl(TUNSETIFF) on tl0: EPERM");
    }

    @Test
    void shouldNotInheritTheOffloadsOfItsLastUser() throws Exception {
        TunDevice.open(config().offloads(Offload.all()).build()).close();
        assertThat(namespace.run("ethtool", "-k", "tl0")).contains("tcp-segmentation-offload: on");
        try (TunDevice plain = TunDevice.open(config().build())) {
            assertThat(plain.vnetHeaderBytes()).isZero();
            assertThat(namespace.run("ethtool", "-k", "tl0"))
                    .contains("tcp-segmentation-offload: off", "tx-checksumming: off");
        }
    }

    /** And not the loopback. */
    @Test
    void shouldListWhoeverMadeThem() throws Exception {
        namespace.run("ip", "tuntap", "add", "tl1", "mode", "tap", "multi_queue", "vnet_hdr");
        TunDevice.open(config().build()).close();

        assertThat(TunInterface.list(namespace.name()))
                .extracting(found -> found.link().name())
                .containsExactly("tl1", "tl0");
        TunInterface tap = TunInterface.find("tl1", namespace.name());
        assertThat(tap.tap()).isTrue();
        assertThat(tap.multiQueue()).isTrue();
        assertThat(tap.vnetHeader()).isTrue();
        assertThat(tap.owner()).isEqualTo(TunDeviceConfig.NOBODY);
    }

    @Test
    void shouldCountTheQueuesOfAMultiQueueDevice() throws Exception {
        TunDeviceConfig config = config().persist(false).multiQueue(true).build();
        try (TunDevice first = TunDevice.open(config);
                TunDevice second = TunDevice.open(config)) {
            assertThat(first.name()).isEqualTo(second.name());
            assertThat(TunInterface.find("tl0", namespace.name()).queues()).isEqualTo(2);
        }
    }

    @Test
    void shouldDelete() throws Exception {
        TunDevice.open(config().tap(true).multiQueue(true).build()).close();
        TunInterface.delete("tl0", namespace.name());
        assertThat(TunInterface.list(namespace.name())).isEmpty();
    }

    @Test
    void shouldNotDeleteWhatIsInUse() throws Exception {
        try (TunDevice device = TunDevice.open(config().build())) {
            assertThatThrownBy(() -> TunInterface.delete("tl0", namespace.name()))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("EBUSY: tl0 is in use by another process");
            assertThat(device.state().up()).isTrue();
        }
    }

    @Test
    void shouldNotDeleteWhatIsNoTunDevice() {
        assertThatThrownBy(() -> TunInterface.delete("lo", namespace.name()))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ENODEV");
        assertThat(namespace.run("ip", "link", "show", "lo")).contains("UP");
    }

    @Test
    void shouldOpenOneThatIsAsWantedWithoutCapabilities() throws Exception {
        TunDeviceConfig config = config().owner(ROOT)
                .mtuBytes(1400)
                .txQueueLength(77)
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build();
        TunDevice.open(config).close();
        String output = namespace.sh(NO_CAPABILITIES
                + JavaProcess.commandLine(ConfiguredDeviceProbe.class, "tl0", "1400", "77", "10.7.0.1/24"));
        assertThat(output).contains("opened tl0");
        output = namespace.sh(NO_CAPABILITIES
                + JavaProcess.commandLine(ConfiguredDeviceProbe.class, "tl0", "1401", "77", "10.7.0.1/24"));
        assertThat(output).contains("ioctl(SIOCSIFMTU) on tl0: EPERM: needs CAP_NET_ADMIN");
    }
}
