// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.ForwarderConfig;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of one pair of devices: on the command line, or the keys of one {@code [[pair]]} in the file. */
final class PairOptions {
    @Option(names = "--mode", paramLabel = "MODE", description = "See 'tunloop modes'. Required.")
    private String mode;

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

    @Option(names = "--thread", paramLabel = "N", description = "Event loops (the mode's own number).")
    private int threads;

    @Option(names = "--read-batch", paramLabel = "N", description = "Packets read and flushed together (16).")
    private int readBatch;

    /** What the options ask for. Throws IllegalArgumentException with the rule that one breaks. */
    ForwarderConfig config() {
        ForwardMode forwardMode = ForwardMode.of(required(mode, "mode"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown mode: " + mode + "; choose one of " + ForwardMode.names()));
        return ForwarderConfig.builder(forwardMode)
                .device1(device(required(iface1, "iface1"), ip1, prefix1))
                .device2(device(required(iface2, "iface2"), ip2, prefix2))
                .threads(threads)
                .readBatch(readBatch)
                .build();
    }

    private static String required(String value, String name) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is missing: give " + Settings.sources(name));
        }
        return value;
    }

    private TunDeviceConfig device(String name, List<String> addresses, int prefix) {
        return TunDeviceConfig.builder()
                .name(name)
                .addresses(addresses.stream().map(ip -> address(ip, prefix)).toList())
                .mtuBytes(mtu)
                .txQueueLength(txQueueLength)
                .build();
    }

    private static InterfaceAddress address(String literal, int prefix) {
        if (literal.indexOf('/') >= 0) {
            return InterfaceAddress.parse(literal);
        }
        return InterfaceAddress.of(literal, literal.indexOf(':') >= 0 ? 64 : prefix);
    }
}
