// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tunloop.channel.TunTransport;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user's project: what it gets by depending on tunloop, and that it can forward packets with it. */
class ConsumerTest {
    private static final String NAMESPACE = "tl-it-" + ProcessHandle.current().pid() + '-';

    @ParameterizedTest
    @ValueSource(
            strings = {
                "picocli.CommandLine",
                "com.fasterxml.jackson.databind.ObjectMapper",
                "io.micrometer.core.instrument.MeterRegistry",
                "ch.qos.logback.classic.Logger",
                "org.slf4j.Logger",
                "org.tomlj.Toml",
                "org.HdrHistogram.Histogram",
                "org.knowm.xchart.XYChart"
            })
    void shouldNotGetWhatOnlyTheCommandLineNeeds(String type) {
        assertThrows(ClassNotFoundException.class, () -> Class.forName(type));
    }

    @Test
    void shouldLoadItsNativeLibrary() {
        assertEquals(null, TunTransport.EPOLL.unavailabilityCause());
        assertTrue(TunTransport.EPOLL.isAvailable());
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-normal", "async-gso", "async-passthrough", "sync-normal"})
    void shouldForwardPackets(String mode) throws Exception {
        requireTun();
        run("ip", "netns", "add", NAMESPACE + 1);
        try {
            run("ip", "netns", "add", NAMESPACE + 2);
            try {
                forward(mode);
            } finally {
                run("ip", "netns", "del", NAMESPACE + 2);
            }
        } finally {
            run("ip", "netns", "del", NAMESPACE + 1);
        }
    }

    private static void requireTun() {
        boolean possible = Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name"));
        if ("1".equals(System.getenv("TUNLOOP_REQUIRE_TUN"))) {
            assertTrue(possible, "TUNLOOP_REQUIRE_TUN is set, but this is not root, or there is no /dev/net/tun");
        }
        assumeTrue(possible, "needs root and /dev/net/tun");
    }

    private static void forward(String mode) throws Exception {
        ForwarderConfig config = ForwarderConfig.builder(ForwardMode.of(mode).orElseThrow())
                .device1(device("tun11", 1))
                .device2(device("tun22", 2))
                .build();
        try (Forwarder forwarder = Forwarder.open(config)) {
            forwarder.start();
            run("ip", "-n", NAMESPACE + 1, "route", "add", "10.0.2.0/24", "dev", "tun11");
            run("ip", "-n", NAMESPACE + 2, "route", "add", "10.0.1.0/24", "dev", "tun22");
            run("ip", "netns", "exec", NAMESPACE + 1, "ping", "-c3", "-i0.2", "-W2", "10.0.2.1");
            assertTrue(forwarder.directions().get(0).written().packetsWritten() >= 3);
        }
    }

    private static TunDeviceConfig device(String name, int host) {
        return TunDeviceConfig.builder()
                .name(name)
                .netns(NAMESPACE + host)
                .address(InterfaceAddress.of("10.0." + host + ".1", 24))
                .build();
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), () -> List.of(command) + ": " + output);
    }
}
