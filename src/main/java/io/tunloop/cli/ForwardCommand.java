// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.daemon.Housekeeping;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.Direction;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Forwards between two devices until it gets SIGINT or SIGTERM, or a device is lost. */
@Command(
        name = "forward",
        description = "Forwards packets between two TUN interfaces until SIGINT or SIGTERM.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ForwardCommand implements Callable<Integer> {
    @Option(names = "--mode", required = true, paramLabel = "MODE", description = "See 'tunloop modes'.")
    private String mode;

    @Option(names = "--iface1", required = true, paramLabel = "NAME", description = "First interface, like tun11.")
    private String iface1;

    @Option(names = "--ip1", paramLabel = "ADDR", description = "Its addresses, with or without /PREFIX.", split = ",")
    private List<String> ip1 = new ArrayList<>();

    @Option(names = "--iface2", required = true, paramLabel = "NAME", description = "Second interface, like tun22.")
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

    @Option(
            names = "--metrics",
            paramLabel = "[HOST:]PORT",
            converter = HostPort.class,
            description = "Serve Prometheus metrics, /healthz and /readyz here; a port alone means loopback.")
    private InetSocketAddress metrics;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ForwarderConfig config = config();
        try (Forwarder forwarder = Forwarder.open(config)) {
            TerminationSignals signals =
                    TerminationSignals.install(() -> forwarder.lost().complete(null));
            try (Housekeeping housekeeping = Housekeeping.open()) {
                if (metrics != null) {
                    housekeeping.serveMetrics(metrics, List.of(forwarder));
                }
                forward(config, forwarder);
            } finally {
                signals.close();
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private void forward(ForwarderConfig config, Forwarder forwarder) throws Exception {
        forwarder.start();
        print(ready(config, forwarder));
        try {
            forwarder.lost().get();
        } catch (ExecutionException lost) {
            throw lost.getCause() instanceof Exception cause ? cause : lost;
        } finally {
            forwarder.close();
            print(summary(forwarder));
        }
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(text);
        out.flush();
    }

    private ForwarderConfig config() {
        ForwardMode forwardMode = ForwardMode.of(mode)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "unknown mode: " + mode + "; choose one of " + ForwardMode.names()));
        try {
            return ForwarderConfig.builder(forwardMode)
                    .device1(device(iface1, ip1, prefix1))
                    .device2(device(iface2, ip2, prefix2))
                    .threads(threads)
                    .readBatch(readBatch)
                    .build();
        } catch (IllegalArgumentException cause) {
            throw new ParameterException(spec.commandLine(), cause.getMessage(), cause);
        }
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

    private static String ready(ForwarderConfig config, Forwarder forwarder) {
        Direction there = forwarder.directions().get(0);
        return "tunloop: ready: " + config.mode().name() + " between "
                + there.from().name() + " and "
                + there.to().name() + ", MTU " + there.from().mtuBytes() + ", offloads "
                + there.from().offloads();
    }

    private static String summary(Forwarder forwarder) {
        var text = new StringBuilder("tunloop: stopped");
        for (Direction direction : forwarder.directions()) {
            text.append(String.format(
                    "%n  %s -> %s: %,d packets, %,d bytes forwarded, %,d dropped",
                    direction.from().name(),
                    direction.to().name(),
                    direction.written().packetsWritten(),
                    direction.written().bytesWritten(),
                    direction.read().dropped() + direction.written().dropped()));
        }
        return text.toString();
    }
}
