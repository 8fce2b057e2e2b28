// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.DeviceSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The options of one device of a pair; the names end in its number. */
final class DeviceOptions {
    private final int number;

    @Option(
            names = "--iface",
            paramLabel = "NAME",
            converter = DeviceValue.Name.class,
            description = "Name of the interface, like tun11. Required.")
    private String iface;

    @Option(
            names = "--ip",
            paramLabel = "ADDR",
            converter = DeviceValue.Address.class,
            description = "Its addresses, with or without /PREFIX.",
            split = ",")
    private List<String> ip = new ArrayList<>();

    @Option(names = "--prefix", paramLabel = "BITS", description = "Prefix of IPv4 addresses without one (24).")
    private int prefix = 24;

    @Option(
            names = "--route",
            paramLabel = "ROUTE",
            split = ",",
            converter = DeviceValue.Via.class,
            description = "Routes through it, like 10.0.2.0/24 or 10.9.0.0/16 via 10.0.2.1.")
    private List<Route> route = new ArrayList<>();

    @Option(names = "--netns", paramLabel = "NAME|PATH", description = "Its network namespace.")
    private String netns = "";

    @Option(names = "--fd", paramLabel = "FD", description = "Take the device over as this open descriptor.")
    private Integer fd;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Receive the device from this Unix socket (SCM_RIGHTS).")
    private String socket = "";

    DeviceOptions(int number) {
        this.number = number;
    }

    /** The options by their names, like {@code --iface1}, for a mixin. */
    CommandSpec numbered() {
        CommandSpec numbered = CommandSpec.create();
        for (OptionSpec option : CommandSpec.forAnnotatedObject(this).options()) {
            numbered.addOption(OptionSpec.builder(option)
                    .names(option.longestName() + number)
                    .build());
        }
        return numbered;
    }

    /** Where the device comes from. */
    DeviceSource source() {
        if (fd != null) {
            return DeviceSource.inherited(fd);
        }
        return socket.isEmpty() ? DeviceSource.NAMED : DeviceSource.received(Path.of(socket));
    }

    /** The descriptor that this device is, or null. */
    Integer fd() {
        return fd;
    }

    /** What these options ask for. Throws IllegalArgumentException with the rule that one breaks. */
    TunDeviceConfig.Builder config() {
        if (fd != null && fd < 0) {
            throw new IllegalArgumentException("fd" + number + " must not be negative: " + fd);
        }
        if (fd != null && !socket.isEmpty()) {
            throw new IllegalArgumentException("fd" + number + " and socket" + number
                    + " are two ways to hand a device " + "over: give one of them");
        }
        boolean handedOver = source() != DeviceSource.NAMED;
        if (handedOver && !(ip.isEmpty() && route.isEmpty() && iface == null)) {
            throw new IllegalArgumentException("iface" + number + ", ip" + number + " and route" + number
                    + " have no effect on a device that is handed over: whoever made it configures it");
        }
        if (handedOver && !netns.isEmpty()) {
            throw new IllegalArgumentException("netns" + number
                    + " has no effect on a device that is handed over: it is in the namespace that it was made in");
        }
        return TunDeviceConfig.builder()
                .name(handedOver ? "" : requiredName())
                .netns(netns)
                .addresses(ip.stream().map(this::address).toList())
                .routes(route);
    }

    private String requiredName() {
        if (iface == null || iface.isEmpty()) {
            throw new IllegalArgumentException(
                    "iface" + number + " is missing: give " + Settings.sources("iface" + number));
        }
        return iface;
    }

    private InterfaceAddress address(String literal) {
        return DeviceValue.Address.parse(literal, literal.indexOf(':') >= 0 ? 64 : prefix);
    }
}
