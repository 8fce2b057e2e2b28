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

@RequiresTun
class LinkMonitorIT {
    private final Readiness readiness = new Readiness();
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
        readiness.close();
        monitor.close();
        device.close();
        namespace.close();
    }

    private List<LinkEvent> events() throws TunException {
        var events = new ArrayList<LinkEvent>();
        assertThat(monitor.read(events::add)).isEqualTo(events.size());
        return events;
    }

    /** Reads until it hears of such an event. Most come before the command that caused them ends; some do not. */
    private List<LinkEvent> awaitEvent(Predicate<LinkEvent> wanted) throws Exception {
        List<LinkEvent> events = events();
        while (events.stream().noneMatch(wanted)) {
            readiness.await(monitor.fd());
            events.addAll(events());
        }
        return events;
    }

    private static Predicate<LinkEvent> of(LinkEvent.Kind kind) {
        return event -> event.kind() == kind;
    }

    private static Predicate<LinkEvent> changed(Predicate<LinkState> link) {
        return event -> event.kind() == LinkEvent.Kind.CHANGED && link.test(event.link());
    }

    @Test
    void shouldHearOfDownAndUp() throws Exception {
        namespace.run("ip", "link", "set", "tl0", "down");
        awaitEvent(changed(link -> !link.up() && !link.carrier()));
        namespace.run("ip", "link", "set", "tl0", "up");
        awaitEvent(changed(link -> link.up() && link.carrier()));
    }

    @Test
    void shouldHearOfMtuAndName() throws Exception {
        namespace.run("ip", "link", "set", "tl0", "mtu", "1300");
        awaitEvent(changed(link -> link.mtuBytes() == 1300));
        namespace.run("ip", "link", "set", "tl0", "name", "tl9");
        awaitEvent(changed(link -> link.name().equals("tl9")));
    }

    @Test
    void shouldHearOfAddresses() throws Exception {
        InterfaceAddress ipv4 = InterfaceAddress.parse("10.7.0.1/24");
        InterfaceAddress ipv6 = InterfaceAddress.parse("fd00:7::1/64");
        namespace.run("ip", "addr", "add", ipv4.toString(), "dev", "tl0");
        awaitEvent(LinkEvent.of(LinkEvent.Kind.ADDRESS_ADDED, ipv4)::equals);
        namespace.run("ip", "addr", "add", ipv6.toString(), "dev", "tl0", "nodad");
        awaitEvent(LinkEvent.of(LinkEvent.Kind.ADDRESS_ADDED, ipv6)::equals);
        namespace.run("ip", "addr", "del", ipv4.toString(), "dev", "tl0");
        awaitEvent(LinkEvent.of(LinkEvent.Kind.ADDRESS_REMOVED, ipv4)::equals);
    }

    @Test
    void shouldHearOfDeletion() throws Exception {
        namespace.run("ip", "link", "del", "tl0");
        assertThat(awaitEvent(of(LinkEvent.Kind.DELETED))).noneMatch(of(LinkEvent.Kind.MOVED));
        assertThat(events()).isEmpty();
    }

    @Test
    void shouldHearOfAMoveAndListenAgainThere() throws Exception {
        try (NetNamespace other = NetNamespace.create()) {
            namespace.move("tl0", other);
            assertThat(awaitEvent(of(LinkEvent.Kind.MOVED))).noneMatch(of(LinkEvent.Kind.DELETED));

            monitor.close();
            monitor = LinkMonitor.open(device);
            other.run("ip", "link", "set", "tl0", "up");
            awaitEvent(changed(LinkState::up));
            device.close();
        }
    }

    /** With another number, a new name, and another TUN device here that has the old one meanwhile. */
    @Test
    void shouldHearThatItIsBack() throws Exception {
        try (NetNamespace other = NetNamespace.create()) {
            other.run("ip", "tuntap", "add", "tl8", "mode", "tun");
            namespace.move("tl0", other);
            awaitEvent(of(LinkEvent.Kind.MOVED));
            other.sh("ip link set tl0 name tl9 mtu 1300 && ip addr add 10.7.0.1/24 dev tl9 && ip link set tl9 up");
            namespace.sh("ip tuntap add tl0 mode tun && ip link set tl0 up && ip link set lo down");
            other.move("tl9", namespace);
            assertThat(awaitEvent(of(LinkEvent.Kind.RETURNED))).singleElement().satisfies(event -> {
                assertThat(event.link().name()).isEqualTo("tl9");
                assertThat(event.link().up()).isFalse();
                assertThat(event.link().mtuBytes()).isEqualTo(1300);
            });
            namespace.run("ip", "link", "set", "tl9", "up");
            awaitEvent(changed(LinkState::up));
            namespace.move("tl9", other);
            awaitEvent(of(LinkEvent.Kind.MOVED));
        }
    }

    @Test
    void shouldNotHearOfOtherDevices() throws Exception {
        namespace.run("ip", "tuntap", "add", "tl1", "mode", "tun");
        namespace.run("ip", "link", "set", "tl1", "mtu", "1300", "up");
        namespace.run("ip", "link", "del", "tl1");
        namespace.run("ip", "link", "set", "tl0", "mtu", "1301");
        assertThat(awaitEvent(changed(link -> link.mtuBytes() == 1301)))
                .noneMatch(changed(link -> link.name().equals("tl1")))
                .noneMatch(of(LinkEvent.Kind.DELETED));
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
