// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Netlink queues a message before the command that caused it ends, so that no test has to wait. */
@RequiresTun
class LinkMonitorIT {
    private NetNamespace namespace;
    private TunDevice device;
    private LinkMonitor monitor;

    @BeforeEach
    void openDevice() throws Exception {
        namespace = NetNamespace.create();
        device = TunDevice.open(
                TunDeviceConfig.builder().netns(namespace.name()).name("tl0").build());
        monitor = LinkMonitor.open(device);
    }

    @AfterEach
    void closeDevice() throws Exception {
        monitor.close();
        device.close();
        namespace.close();
    }

    private List<LinkEvent> events() throws TunException {
        var events = new ArrayList<LinkEvent>();
        assertThat(monitor.read(events::add)).isEqualTo(events.size());
        return events;
    }

    private static Predicate<LinkEvent> changed(Predicate<LinkState> link) {
        return event -> event.kind() == LinkEvent.Kind.CHANGED && link.test(event.link());
    }

    @Test
    void shouldHearNothingAtFirst() throws Exception {
        // The addresses that the kernel gives by itself may still be under way.
        assertThat(events()).noneMatch(event -> event.kind() != LinkEvent.Kind.ADDRESS_ADDED);
    }

    @Test
    void shouldHearOfDownAndUp() throws Exception {
        namespace.run("ip", "link", "set", "tl0", "down");
        assertThat(events()).anyMatch(changed(link -> !link.up() && !link.carrier()));
        namespace.run("ip", "link", "set", "tl0", "up");
        assertThat(events()).anyMatch(changed(link -> link.up() && link.carrier()));
    }

    @Test
    void shouldHearOfMtuAndName() throws Exception {
        namespace.run("ip", "link", "set", "tl0", "mtu", "1300");
        assertThat(events()).anyMatch(changed(link -> link.mtuBytes() == 1300));
        namespace.run("ip", "link", "set", "tl0", "name", "tl9");
        assertThat(events()).anyMatch(changed(link -> link.name().equals("tl9")));
    }

    @Test
    void shouldHearOfAddresses() throws Exception {
        InterfaceAddress ipv4 = InterfaceAddress.parse("10.7.0.1/24");
        InterfaceAddress ipv6 = InterfaceAddress.parse("fd00:7::1/64");
        namespace.run("ip", "addr", "add", ipv4.toString(), "dev", "tl0");
        namespace.run("ip", "addr", "add", ipv6.toString(), "dev", "tl0", "nodad");
        assertThat(events())
                .contains(
                        LinkEvent.of(LinkEvent.Kind.ADDRESS_ADDED, ipv4),
                        LinkEvent.of(LinkEvent.Kind.ADDRESS_ADDED, ipv6));
        namespace.run("ip", "addr", "del", ipv4.toString(), "dev", "tl0");
        assertThat(events()).contains(LinkEvent.of(LinkEvent.Kind.ADDRESS_REMOVED, ipv4));
    }

    @Test
    void shouldHearOfDeletion() throws Exception {
        namespace.run("ip", "link", "del", "tl0");
        assertThat(events())
                .extracting(LinkEvent::kind)
                .contains(LinkEvent.Kind.DELETED)
                .doesNotContain(LinkEvent.Kind.MOVED);
    }

    @Test
    void shouldHearOfAMoveAndListenAgainThere() throws Exception {
        try (NetNamespace other = NetNamespace.create()) {
            namespace.move("tl0", other);
            assertThat(events())
                    .extracting(LinkEvent::kind)
                    .contains(LinkEvent.Kind.MOVED)
                    .doesNotContain(LinkEvent.Kind.DELETED);

            monitor.close();
            monitor = LinkMonitor.open(device);
            other.run("ip", "link", "set", "tl0", "up");
            assertThat(events()).anyMatch(changed(LinkState::up));
            device.close();
        }
    }

    @Test
    void shouldNotHearOfOtherDevices() throws Exception {
        events();
        namespace.run("ip", "tuntap", "add", "tl1", "mode", "tun");
        namespace.run("ip", "link", "set", "tl1", "mtu", "1300", "up");
        namespace.run("ip", "link", "del", "tl1");
        assertThat(events()).noneMatch(event -> event.kind() != LinkEvent.Kind.ADDRESS_ADDED);
    }

    @Test
    void shouldTellThePresentStateWhenMessagesWereLost() throws Exception {
        flood("link set tl0 mtu 1400\\nlink set tl0 mtu 1401\\n");
        namespace.run("ip", "link", "set", "tl0", "mtu", "1402");
        List<LinkEvent> events = events();
        assertThat(events).hasSizeLessThan(2000);
        assertThat(events.get(events.size() - 1)).matches(changed(link -> link.mtuBytes() == 1402));
    }

    @Test
    void shouldTellOfADeletionWhoseMessageWasLost() throws Exception {
        flood("link set tl0 mtu 1400\\nlink set tl0 mtu 1401\\n");
        namespace.run("ip", "link", "del", "tl0");
        List<LinkEvent> events = events();
        assertThat(events.get(events.size() - 1).kind()).isEqualTo(LinkEvent.Kind.DELETED);
    }

    /** More messages than a socket holds: two thousand changes. */
    private void flood(String twoChanges) {
        namespace.sh("for i in $(seq 1000); do printf '" + twoChanges + "'; done | ip -batch -");
    }

    @Test
    void shouldCloseOnlyOnce() throws Exception {
        monitor.close();
        monitor.close();
        assertThat(monitor.fd()).isEqualTo(-1);
    }
}
