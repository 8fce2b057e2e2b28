// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
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
                    .hasMessageContaining("EBUSY: tl0 is open in this very process");
            assertThat(device.state().up()).isTrue();
        }
    }

    /** Whoever attaches to one changes its format for all its queues, and may make it go with the last of them. */
    @Test
    void shouldNotDeleteAMultiQueueDeviceThatIsInUse() throws Exception {
        TunDeviceConfig config =
                config().multiQueue(true).offloads(Offload.all()).build();
        try (TunDevice device = TunDevice.open(config)) {
            String before = snapshot();
            assertThatThrownBy(() -> TunInterface.delete("tl0", namespace.name()))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("EBUSY: tl0 is open in this very process");
            assertThat(snapshot()).isEqualTo(before);
            assertThat(device.state().up()).isTrue();
        }
        assertThat(TunInterface.find("tl0", namespace.name()).persistent()).isTrue();
    }

    /** All that another user of the device would notice. */
    private String snapshot() {
        return namespace.run("ip", "-d", "link", "show", "tl0")
                + namespace.run("ip", "addr", "show", "tl0")
                + namespace.run("ip", "route", "show", "dev", "tl0")
                + namespace.run("ip", "-6", "route", "show", "dev", "tl0")
                + namespace.run("ethtool", "-k", "tl0");
    }

    @Test
    void shouldNotTouchAMultiQueueDeviceThatItWantsForItselfAndThatIsInUse() throws Exception {
        TunDeviceConfig.Builder shared = config().multiQueue(true)
                .offloads(Offload.all())
                .mtuBytes(1400)
                .address(InterfaceAddress.parse("10.7.0.1/24"));
        try (TunDevice first = TunDevice.open(shared.build())) {
            String before = snapshot();
            TunDeviceConfig other = config().multiQueue(true)
                    .exclusive(true)
                    .mtuBytes(1300)
                    .txQueueLength(77)
                    .address(InterfaceAddress.parse("10.7.0.2/24"))
                    .build();
            assertThatThrownBy(() -> TunDevice.open(other))
                    .hasMessageContaining("EBUSY: tl0 is open in this very process");
            assertThat(snapshot()).isEqualTo(before);
            try (TunDevice second = TunDevice.open(shared.build())) {
                assertThat(second.vnetHeaderBytes()).isEqualTo(first.vnetHeaderBytes());
            }
        }
        // Nobody has it any more.
        TunDevice.open(shared.exclusive(true).build()).close();
    }

    private TunDeviceConfig.Builder changed() {
        return config().mtuBytes(1300)
                .txQueueLength(77)
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .address(InterfaceAddress.parse("10.8.0.1/24"))
                .address(InterfaceAddress.parse("fd00:8::1/64"))
                .route(Route.parse("10.9.0.0/16 via 10.8.0.2"))
                .route(Route.parse("10.10.0.0/16"))
                .route(Route.parse("fd00:9::/64"));
    }

    @Test
    void shouldLeaveAnInterfaceAsItWasWhenAStepFails() throws Exception {
        TunDevice.open(config().address(InterfaceAddress.parse("10.7.0.1/24")).build())
                .close();
        namespace.run("ip", "link", "set", "tl0", "down");
        String before = snapshot();
        // Nothing is on the link that this gateway could be reached through.
        TunDeviceConfig wrong =
                changed().route(Route.parse("10.11.0.0/16 via 192.0.2.1")).build();
        assertThatThrownBy(() -> TunDevice.open(wrong)).hasMessageContaining("RTM_NEWROUTE 10.11.0.0/16 via 192.0.2.1");
        assertThat(snapshot()).isEqualTo(before);
    }

    @Test
    void shouldTakeAChangeBack() throws Exception {
        try (TunDevice device = TunDevice.open(config().address(InterfaceAddress.parse("10.7.0.1/24"))
                .route(Route.parse("10.10.0.0/16"))
                .build())) {
            String before = snapshot();
            InterfaceChange change = device.configure(changed().build());
            assertThat(namespace.run("ip", "route")).contains("10.9.0.0/16 via 10.8.0.2 dev tl0");
            change.undo();
            assertThat(snapshot()).isEqualTo(before);
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
                .address(InterfaceAddress.parse("fd00:7::1/64"))
                .route(Route.parse("10.9.0.0/16"))
                .route(new Route(InetAddress.getByName("10.9.0.0"), 16, InetAddress.getByName("10.7.0.2"), 7))
                .route(Route.parse("fd00:9::/64 via fd00:7::2"))
                .route(Route.parse("0.0.0.0/0"))
                .build();
        TunDevice.open(config).close();
        assertThat(probe("1400", "10.9.0.0/16", "10.9.0.0/16 via 10.7.0.2", "fd00:9::/64 via fd00:7::2", "0.0.0.0/0"))
                .contains("opened tl0");
        assertThat(probe("1401")).contains("ioctl(SIOCSIFMTU) on tl0: EPERM: needs CAP_NET_ADMIN");
        for (String other : List.of("10.9.0.0/17", "10.9.0.0/16 via 10.7.0.3", "fd00:9::/64", "::/0")) {
            assertThat(probe("1400", other)).contains("RTM_NEWROUTE").contains("EPERM: needs CAP_NET_ADMIN");
        }
    }

    private String probe(String mtu, String... routes) {
        var arguments = new ArrayList<>(List.of("tl0", mtu, "77", "10.7.0.1/24"));
        arguments.addAll(List.of(routes));
        return namespace.sh(NO_CAPABILITIES
                + JavaProcess.commandLine(ConfiguredDeviceProbe.class, arguments.toArray(String[]::new)));
    }
}
