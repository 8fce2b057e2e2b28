// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.daemon.Pair;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.DeviceSource;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.ForwarderConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of one pair of devices: on the command line, or the keys of one {@code [[pair]]} in the file. */
final class PairOptions {
    @Mixin
    private ModeOptions mode;

    @Option(names = "--iface1", paramLabel = "NAME", description = "First interface, like tun11. Required.")
    private String iface1;

    @Option(names = "--ip1", paramLabel = "ADDR", description = "Its addresses, with or without /PREFIX.", split = ",")
    private List<String> ip1 = new ArrayList<>();

    @Option(names = "--iface2", paramLabel = "NAME", description = "Second interface, like tun22. Required.")
    private String iface2;

    @Option(names = "--ip2", paramLabel = "ADDR", description = "Its addresses, with or without /PREFIX.", split = ",")
    private List<String> ip2 = new ArrayList<>();

    @Option(names = "--prefix1", paramLabel = "BITS", description = "Prefix of IPv4 addresses without one (24).")
    private int prefix1 = 24;

    @Option(names = "--prefix2", paramLabel = "BITS", description = "Prefix of IPv4 addresses without one (24).")
    private int prefix2 = 24;

    @Option(names = "--mtu", paramLabel = "BYTES", description = "MTU of both interfaces (kernel's default: 1500).")
    private int mtu;

    @Option(names = "--txqueuelen", paramLabel = "PACKETS", description = "Transmit queue of both (${DEFAULT-VALUE}).")
    private int txQueueLength = 2000;

    @Option(
            names = "--thread",
            paramLabel = "N",
            description = "Event loops, of concurrent modes for each direction (the mode's own number).")
    private int threads;

    @Option(
            names = "--read-batch",
            paramLabel = "N",
            description = "Packets read and flushed together (the mode's own number).")
    private int readBatch;

    @Option(names = "--allocator", paramLabel = "KIND", description = "pooled (default), adaptive or unpooled buffers.")
    private Allocator allocator = Allocator.POOLED;

    @Mixin
    private QueueOptions queue;

    @Option(names = "--netns1", paramLabel = "NAME|PATH", description = "Network namespace of the first interface.")
    private String netns1 = "";

    @Option(
            names = "--route1",
            paramLabel = "ROUTE",
            split = ",",
            description = "Routes through the first interface, like 10.0.2.0/24 or 10.9.0.0/16 via 10.0.2.1.")
    private List<String> route1 = new ArrayList<>();

    @Option(names = "--fd1", paramLabel = "FD", description = "Take the first device over as this open descriptor.")
    private int fd1 = -1;

    @Option(
            names = "--socket1",
            paramLabel = "PATH",
            description = "Receive the first device from this Unix socket (SCM_RIGHTS).")
    private String socket1 = "";

    @Option(names = "--netns2", paramLabel = "NAME|PATH", description = "Network namespace of the second interface.")
    private String netns2 = "";

    @Option(
            names = "--route2",
            paramLabel = "ROUTE",
            split = ",",
            description = "Routes through the second interface, like 10.0.2.0/24 or 10.9.0.0/16 via 10.0.2.1.")
    private List<String> route2 = new ArrayList<>();

    @Option(names = "--fd2", paramLabel = "FD", description = "Take the second device over as this open descriptor.")
    private int fd2 = -1;

    @Option(
            names = "--socket2",
            paramLabel = "PATH",
            description = "Receive the second device from this Unix socket (SCM_RIGHTS).")
    private String socket2 = "";

    @Option(
            names = "--tap",
            arity = "0..1",
            paramLabel = "BOOL",
            description = "Ethernet frames (TAP); for modes without a codec.")
    private boolean tap;

    @Option(
            names = "--mirror-carrier",
            arity = "0..1",
            paramLabel = "BOOL",
            description = "A device that is set down takes the carrier of the other one away.")
    private boolean mirrorCarrier;

    /** What the options ask for, with where the devices come from. */
    Pair pair() {
        return new Pair(config(), source(fd1, socket1), source(fd2, socket2), mirrorCarrier);
    }

    /** What the options ask for. Throws IllegalArgumentException with the rule that one breaks. */
    ForwarderConfig config() {
        ForwardMode forwardMode = mode.mode();
        return ForwarderConfig.builder(forwardMode)
                .device1(device(1))
                .device2(device(2))
                .threads(threads)
                .readBatch(readBatch)
                .allocator(allocator.requireFits(forwardMode).instance())
                .queue(queue.config(forwardMode))
                .build();
    }

    private static String required(String value, String name) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is missing: give " + Settings.sources(name));
        }
        return value;
    }

    private static DeviceSource source(int fd, String socket) {
        if (fd >= 0) {
            return DeviceSource.inherited(fd);
        }
        return socket.isEmpty() ? DeviceSource.NAMED : DeviceSource.received(Path.of(socket));
    }

    private TunDeviceConfig device(int number) {
        boolean first = number == 1;
        String iface = first ? iface1 : iface2;
        List<String> addresses = first ? ip1 : ip2;
        List<String> routes = first ? route1 : route2;
        int prefix = first ? prefix1 : prefix2;
        boolean handedOver = (first ? fd1 : fd2) >= 0 || !(first ? socket1 : socket2).isEmpty();
        if (handedOver && !(addresses.isEmpty() && routes.isEmpty() && iface == null)) {
            throw new IllegalArgumentException("iface" + number + ", ip" + number + " and route" + number
                    + " have no effect on a device that is handed over: whoever made it configures it");
        }
        return TunDeviceConfig.builder()
                .name(handedOver ? "" : required(iface, "iface" + number))
                .netns(first ? netns1 : netns2)
                .addresses(addresses.stream().map(ip -> address(ip, prefix)).toList())
                .routes(routes.stream().map(Route::parse).toList())
                .mtuBytes(mtu)
                .txQueueLength(txQueueLength)
                .tap(tap)
                .build();
    }

    private static InterfaceAddress address(String literal, int prefix) {
        if (literal.indexOf('/') >= 0) {
            return InterfaceAddress.parse(literal);
        }
        return InterfaceAddress.of(literal, literal.indexOf(':') >= 0 ? 64 : prefix);
    }
}
