// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two namespaces of one measurement, and the commands that make, wire and remove them.
 *
 * <pre>
 * namespace tunloop-PID-1                                  namespace tunloop-PID-2
 * +------------------------------------------------+      +----------------------------+
 * | client ─ tun11 10.0.1.1 ─► forwarder process ──┼──────┼─► tun22 10.0.2.1 ─ server  |
 * +------------------------------------------------+      +----------------------------+
 * </pre>
 * The forwarder makes both devices in the first namespace; {@link #moveCommands} takes the second one away from it.
 * An address does not survive the move, nor does the up state, so both are set again.
 */
public record Topology(String namespace1, String namespace2, boolean ipv6) {
    static final String IFACE1 = "tun11";
    static final String IFACE2 = "tun22";
    public static final List<String> IFACES = List.of(IFACE1, IFACE2);
    static final String IP1 = "10.0.1.1";
    static final String IP2 = "10.0.2.1";
    private static final String SUBNET1 = "10.0.1.0/24";
    private static final String SUBNET2 = "10.0.2.0/24";
    private static final String IP1_V6 = "fd00:1::1";
    private static final String IP2_V6 = "fd00:2::1";
    private static final String SUBNET1_V6 = "fd00:1::/64";
    private static final String SUBNET2_V6 = "fd00:2::/64";

    /** The prefix of the namespaces' names, by which leftovers are found. */
    public static String prefix(long pid) {
        return "tunloop-" + pid + '-';
    }

    public static Topology of(long pid, boolean ipv6) {
        return new Topology(prefix(pid) + 1, prefix(pid) + 2, ipv6);
    }

    public String serverAddress() {
        return ipv6 ? IP2_V6 : IP2;
    }

    public String clientAddress() {
        return ipv6 ? IP1_V6 : IP1;
    }

    /** What a forwarder is called with after its own arguments. */
    public static List<String> forwarderArguments() {
        return List.of("--iface1", IFACE1, "--ip1", IP1, "--iface2", IFACE2, "--ip2", IP2);
    }

    public List<String> inFirst(List<String> command) {
        return in(namespace1, command);
    }

    public List<String> inSecond(List<String> command) {
        return in(namespace2, command);
    }

    public List<List<String>> createCommands() {
        return List.of(
                words("ip netns add " + namespace1),
                words("ip netns add " + namespace2),
                words("ip -n " + namespace1 + " link set lo up"),
                words("ip -n " + namespace2 + " link set lo up"));
    }

    /** Prints 0 where namespaces have IPv6; fails where the kernel has none. */
    List<String> ipv6Command() {
        return inFirst(words("cat /proc/sys/net/ipv6/conf/default/disable_ipv6"));
    }

    /** Follows links and addresses of the first namespace, a line for each change. */
    List<String> watchCommand() {
        return words("ip -n " + namespace1 + " -o monitor link address");
    }

    /** Makes a change of no consequence that the watch command shows. */
    List<String> announceCommand(int number) {
        return words("ip -n " + namespace1 + " link set lo alias watched-" + number);
    }

    /** Makes a device with the first address, for a run without a forwarder. */
    public List<List<String>> lonelyDeviceCommands() {
        List<List<String>> commands = new ArrayList<>(List.of(
                words("ip -n " + namespace1 + " tuntap add mode tun " + IFACE1),
                words("ip -n " + namespace1 + " address add " + IP1 + "/24 dev " + IFACE1),
                words("ip -n " + namespace1 + " link set " + IFACE1 + " up")));
        if (ipv6) { // a kernel without IPv6 refuses the address
            commands.add(words("ip -n " + namespace1 + " -6 address add " + IP1_V6 + "/64 dev " + IFACE1 + " nodad"));
        }
        return commands;
    }

    /** Moves the second device, and gives each side its address (again) and its route to the other. */
    public List<List<String>> moveCommands() {
        List<List<String>> commands = new ArrayList<>(List.of(
                words("ip -n " + namespace1 + " link set " + IFACE1 + " up"),
                words("ip -n " + namespace1 + " link set " + IFACE2 + " netns " + namespace2),
                words("ip -n " + namespace2 + " address replace " + IP2 + "/24 dev " + IFACE2),
                words("ip -n " + namespace2 + " link set " + IFACE2 + " up"),
                words("ip -n " + namespace1 + " route replace " + SUBNET2 + " dev " + IFACE1),
                words("ip -n " + namespace2 + " route replace " + SUBNET1 + " dev " + IFACE2)));
        if (ipv6) {
            commands.addAll(List.of(
                    words("ip -n " + namespace1 + " address replace " + IP1_V6 + "/64 dev " + IFACE1 + " nodad"),
                    words("ip -n " + namespace2 + " address replace " + IP2_V6 + "/64 dev " + IFACE2 + " nodad"),
                    words("ip -n " + namespace1 + " route replace " + SUBNET2_V6 + " dev " + IFACE1),
                    words("ip -n " + namespace2 + " route replace " + SUBNET1_V6 + " dev " + IFACE2)));
        }
        return commands;
    }

    public List<List<String>> mtuCommands(int mtu) {
        return List.of(
                words("ip -n " + namespace1 + " link set " + IFACE1 + " mtu " + mtu),
                words("ip -n " + namespace2 + " link set " + IFACE2 + " mtu " + mtu));
    }

    /** All links of the first namespace, with their counters. */
    public List<String> linksCommand1() {
        return words("ip -n " + namespace1 + " -s -j link show");
    }

    public List<String> linksCommand2() {
        return words("ip -n " + namespace2 + " -s -j link show");
    }

    public List<String> firstDeviceCommand() {
        return words("ip -n " + namespace1 + " -s -d -j link show dev " + IFACE1);
    }

    /** TCP's counters in the first namespace. */
    public List<String> tcpCountersCommand1() {
        return inFirst(words("cat /proc/net/netstat"));
    }

    public List<String> tcpCountersCommand2() {
        return inSecond(words("cat /proc/net/netstat"));
    }

    public List<String> featuresCommand() {
        return inFirst(words("ethtool -k " + IFACE1));
    }

    private static List<String> in(String namespace, List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", namespace), command.stream())
                .toList();
    }

    private static List<String> words(String line) {
        return List.of(line.split(" "));
    }
}
