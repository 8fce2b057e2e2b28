// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Two hosts, each with one end of what is under test, which ends when they are closed.
 *
 * <pre>
 *  namespace 1                                      namespace 2
 *  tun11 10.0.1.1/24, fd00:1::1/64   ◄── test ──►   tun22 10.0.2.1/24, fd00:2::1/64
 *  routes to namespace 2 via tun11                  routes to namespace 1 via tun22
 * </pre>
 */
public final class TwoHosts implements AutoCloseable {
    public static final String ADDRESS_1 = "10.0.1.1";
    public static final String ADDRESS_2 = "10.0.2.1";
    public static final String IPV6_ADDRESS_2 = "fd00:2::1";

    private static final int TX_QUEUE_LENGTH = 2000;

    private final NetNamespace host1 = NetNamespace.create();
    private final NetNamespace host2 = NetNamespace.create();
    private Forwarder forwarder;

    /** The host of the first device. */
    public NetNamespace host1() {
        return host1;
    }

    /** The host of the second device. */
    public NetNamespace host2() {
        return host2;
    }

    /** What the first device shall be like. */
    public TunDeviceConfig.Builder device1() {
        return device(host1, "tun11", ADDRESS_1, "fd00:1::1");
    }

    /** What the second device shall be like. */
    public TunDeviceConfig.Builder device2() {
        return device(host2, "tun22", ADDRESS_2, IPV6_ADDRESS_2);
    }

    private static TunDeviceConfig.Builder device(NetNamespace host, String name, String ipv4, String ipv6) {
        return TunDeviceConfig.builder()
                .name(name)
                .netns(host.name())
                .txQueueLength(TX_QUEUE_LENGTH)
                .address(InterfaceAddress.of(ipv4, 24))
                .address(InterfaceAddress.of(ipv6, 64));
    }

    /** Once the devices exist: routes from each host to the other. */
    public void route() {
        host1.run("ip", "route", "add", "10.0.2.0/24", "dev", "tun11");
        host1.run("ip", "-6", "route", "add", "fd00:2::/64", "dev", "tun11");
        host2.run("ip", "route", "add", "10.0.1.0/24", "dev", "tun22");
        host2.run("ip", "-6", "route", "add", "fd00:1::/64", "dev", "tun22");
        // Until duplicate address detection is over, an IPv6 address cannot be bound.
        for (NetNamespace host : new NetNamespace[] {host1, host2}) {
            host.sh("while ip -6 addr show tentative | grep -q inet6; do sleep 0.05; done");
        }
    }

    /** The configuration of a forwarder between the devices. */
    public ForwarderConfig.Builder config(ForwardMode mode) {
        return ForwarderConfig.builder(mode)
                .device1(device1().build())
                .device2(device2().build());
    }

    /** Starts a forwarder, with routes from each host to the other. It is closed before the hosts are. */
    public Forwarder forward(ForwarderConfig.Builder config) throws TunException {
        forwarder = Forwarder.open(config.build());
        forwarder.start();
        route();
        return forwarder;
    }

    /** Starts a server of the second host and returns when it has printed that it is listening. */
    public Process serve(Class<?> main, String... arguments) {
        Process server = host2.start(JavaProcess.command(main, arguments).toArray(String[]::new));
        String line = readLine(server);
        if (!"listening".equals(line)) {
            throw new AssertionError(main.getSimpleName() + " does not listen: " + line);
        }
        return server;
    }

    /** Runs a client on the first host until it ends. Returns its output. */
    public String client(Class<?> main, String... arguments) {
        return host1.run(JavaProcess.command(main, arguments).toArray(String[]::new));
    }

    /** The next line that a process prints; null when it has ended. */
    public static String readLine(Process process) {
        try {
            var reader = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8), 1 << 10);
            return reader.readLine();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    @Override
    public void close() {
        try (host2;
                host1) {
            if (forwarder != null) {
                forwarder.close();
            }
        }
    }
}
