// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.device.Identity;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.LinkState;
import io.tunloop.device.Route;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.device.TunInterface;
import io.tunloop.relay.ForwarderConfig;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Persistent devices: made once, by whoever has the right, for daemons that then need none. */
@Command(
        name = "device",
        description = "Creates, deletes and shows TUN and TAP interfaces.",
        mixinStandardHelpOptions = true,
        footer = {"", "For example: tunloop device create tun11 --user tunloop --ip 10.0.1.1/24"})
final class DeviceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a subcommand is missing: create, delete, show");
    }

    @Command(
            name = "create",
            description = "Makes a persistent interface that its owner may attach to without any rights.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    int create(
            @Parameters(paramLabel = "NAME", description = "The interface, like tun11.") String name,
            @Option(names = "--user", paramLabel = "USER", description = "Who may attach to it.", defaultValue = "")
                    String user,
            @Option(names = "--group", paramLabel = "GROUP", description = "Members may, too.", defaultValue = "")
                    String group,
            @Option(names = "--ip", paramLabel = "ADDR/PREFIX", split = ",", description = "Its addresses.")
                    List<String> addresses,
            @Option(
                            names = "--route",
                            paramLabel = "ROUTE",
                            split = ",",
                            description = "Routes through it, like 10.0.2.0/24.")
                    List<String> routes,
            @Option(names = "--mtu", paramLabel = "BYTES", description = "Its MTU (1500).", defaultValue = "0") int mtu,
            @Option(
                            names = "--txqueuelen",
                            paramLabel = "PACKETS",
                            description = "Its queue.",
                            defaultValue = "" + ForwarderConfig.DEFAULT_TX_QUEUE_LENGTH)
                    int txQueueLength,
            @Option(names = "--tap", description = "Ethernet frames instead of IP packets.") boolean tap,
            @Option(names = "--netns", paramLabel = "NAME|PATH", description = "Its namespace.", defaultValue = "")
                    String netns)
            throws TunException {
        requireName(name);
        try {
            var config = TunDeviceConfig.builder()
                    .name(name)
                    .addresses(orEmpty(addresses).stream()
                            .map(InterfaceAddress::parse)
                            .toList())
                    .routes(orEmpty(routes).stream().map(Route::parse).toList())
                    .mtuBytes(mtu)
                    .txQueueLength(txQueueLength)
                    .tap(tap)
                    .persist(true)
                    .owner(Identity.userIdOrNobody(user))
                    .group(Identity.groupIdOrNobody(group))
                    .netns(netns)
                    .build();
            TunDevice.open(config).close();
        } catch (IllegalArgumentException cause) {
            throw new ParameterException(spec.commandLine(), cause.getMessage(), cause);
        }
        print(List.of(TunInterface.find(name, netns)));
        return 0;
    }

    @Command(
            name = "delete",
            description = "Deletes a persistent interface that nobody has open.",
            mixinStandardHelpOptions = true)
    int delete(
            @Parameters(paramLabel = "NAME", description = "The interface.") String name,
            @Option(names = "--netns", paramLabel = "NAME|PATH", description = "Its namespace.", defaultValue = "")
                    String netns)
            throws TunException {
        requireName(name);
        TunInterface.delete(name, netns);
        return 0;
    }

    @Command(name = "show", description = "Shows TUN and TAP interfaces.", mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "NAME", arity = "0..1", description = "One interface (all).") String name,
            @Option(names = "--netns", paramLabel = "NAME|PATH", description = "Its namespace.", defaultValue = "")
                    String netns)
            throws TunException {
        if (name != null) {
            requireName(name);
        }
        print(name == null ? TunInterface.list(netns) : List.of(TunInterface.find(name, netns)));
        return 0;
    }

    /** Without a name the kernel would choose one, and a persistent interface stay that nobody asked for. */
    private void requireName(String name) {
        if (name.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "NAME is empty: name the interface, like tun11");
        }
        try {
            TunDeviceConfig.builder().name(name).build();
        } catch (IllegalArgumentException cause) {
            throw new ParameterException(spec.commandLine(), cause.getMessage(), cause);
        }
    }

    private static List<String> orEmpty(List<String> values) {
        return values == null ? List.of() : values;
    }

    private void print(List<TunInterface> interfaces) {
        PrintWriter out = spec.commandLine().getOut();
        interfaces.forEach(one -> out.println(describe(one)));
        out.flush();
    }

    static String describe(TunInterface one) {
        LinkState link = one.link();
        var facts = new ArrayList<String>();
        facts.add(one.tap() ? "TAP" : "TUN");
        facts.add(link.up() ? "up" : "down");
        facts.add(link.carrier() ? "carrier" : "no carrier");
        facts.add("MTU " + link.mtuBytes());
        facts.add("queue " + link.txQueueLength());
        facts.add(one.persistent() ? "persistent" : "temporary");
        if (one.owner() >= 0) {
            facts.add("user " + one.owner());
        }
        if (one.group() >= 0) {
            facts.add("group " + one.group());
        }
        facts.add(one.queues() == 0 ? "nobody has it open" : "open");
        if (one.statistics().txDropped() > 0) {
            facts.add(one.statistics().txDropped() + " dropped by the kernel");
        }
        facts.add(one.addresses().stream().map(Object::toString).collect(Collectors.joining(" ")));
        return link.name() + ": "
                + facts.stream().filter(fact -> !fact.isEmpty()).collect(Collectors.joining(", "));
    }
}
