// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tunloop.channel.TunTransport;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user's project: what it gets by depending on tunloop, and that it can forward packets with it. */
class ConsumerTest {
    @Test
    void shouldGetNettyAndJctoolsAndNothingElse() {
        String version = "-[0-9.]+[0-9](\\.Final|-SNAPSHOT)?";
        assertEquals(
                List.of(
                        "jctools-core",
                        "netty-buffer",
                        "netty-common",
                        "netty-resolver",
                        "netty-transport",
                        "netty-transport-classes-epoll",
                        "netty-transport-native-epoll-linux-aarch_64",
                        "netty-transport-native-epoll-linux-x86_64",
                        "netty-transport-native-unix-common",
                        "tunloop"),
                ClassPath.jars().stream()
                        .map(jar -> jar.getFileName().toString().replace(".jar", "").replaceFirst(version, ""))
                        .sorted()
                        .toList());
    }

    @Test
    void shouldLoadItsNativeLibrary() {
        assertEquals(null, TunTransport.EPOLL.unavailabilityCause());
        assertTrue(TunTransport.EPOLL.isAvailable());
    }

    @Test
    void shouldSayWhatIsMissingForIoUring() {
        assertFalse(TunTransport.IO_URING.isAvailable());
        assertEquals(
                "Netty's io_uring transport is missing: depend on io.netty:netty-transport-native-io_uring, "
                        + "with classifier linux-x86_64 or linux-aarch_64",
                TunTransport.IO_URING.unavailabilityCause().getMessage());
        assertThrows(UnsupportedOperationException.class, TunTransport.IO_URING::ensureAvailability);
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-normal", "async-gso", "async-passthrough", "sync-normal"})
    void shouldForwardPackets(String mode) throws Exception {
        try (var hosts = new TwoNamespaces();
                Forwarder forwarder = Forwarder.open(ForwarderConfig.builder(
                                ForwardMode.of(mode).orElseThrow())
                        .device1(device("tun11", hosts.name(1), "10.0.1.1"))
                        .device2(device("tun22", hosts.name(2), "10.0.2.1"))
                        .build())) {
            forwarder.start();
            hosts.ping();
            assertTrue(forwarder.directions().get(0).written().packetsWritten() >= 3);
        }
    }

    private static TunDeviceConfig device(String name, String namespace, String address) {
        return TunDeviceConfig.builder()
                .name(name)
                .netns(namespace)
                .address(InterfaceAddress.of(address, 24))
                .build();
    }
}
