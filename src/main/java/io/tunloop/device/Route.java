// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Objects;

/**
 * Packets to a destination that shall go through a device.
 *
 * @param destination the network; all zero with prefix length 0 for the default route
 * @param prefixLength bits of the network that count, 0 to 32 or 128
 * @param gateway the next hop, of the same IP version; null for a destination on the link itself
 * @param metric the lower one wins; 0 for the kernel's default
 */
public record Route(InetAddress destination, int prefixLength, InetAddress gateway, int metric) {
    /** Checks the values against each other. */
    public Route {
        byte[] network =
                new InterfaceAddress(destination, prefixLength).address().getAddress();
        if (hasHostBits(network, prefixLength)) {
            throw new IllegalArgumentException(
                    "route has bits set behind its prefix: " + destination.getHostAddress() + '/' + prefixLength);
        }
        if (gateway != null && gateway.getAddress().length != network.length) {
            throw new IllegalArgumentException("gateway of " + destination.getHostAddress()
                    + " must be of the same IP version: " + gateway.getHostAddress());
        }
        if (metric < 0) {
            throw new IllegalArgumentException("metric must not be negative: " + metric);
        }
    }

    /** A network on the link, like {@code 10.9.0.0/16}; with a next hop, {@code 10.9.0.0/16 via 10.0.1.2}. */
    public static Route parse(String text) {
        String[] words = text.strip().split("\\s+");
        if (words.length != 1 && (words.length != 3 || !words[1].equals("via"))) {
            throw new IllegalArgumentException("route must be NETWORK/PREFIX or NETWORK/PREFIX via GATEWAY: " + text);
        }
        InterfaceAddress network = InterfaceAddress.parse(words[0]);
        InetAddress gateway =
                words.length == 1 ? null : InterfaceAddress.of(words[2], 0).address();
        return new Route(network.address(), network.prefixLength(), gateway, 0);
    }

    private static boolean hasHostBits(byte[] network, int prefixLength) {
        for (int bit = prefixLength; bit < network.length * Byte.SIZE; bit++) {
            if ((network[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE) != 0) {
                return true;
            }
        }
        return false;
    }

    /** True if another one sends the same packets the same way, and no metric is wanted that it has not. */
    boolean isMetBy(Route other) {
        return other.destination.equals(destination)
                && other.prefixLength == prefixLength
                && Objects.equals(other.gateway, gateway)
                && (metric == 0 || other.metric == metric);
    }

    boolean isIpv6() {
        return destination instanceof Inet6Address;
    }

    /** As {@link #parse} reads it; the metric is left out. */
    @Override
    public String toString() {
        String network = destination.getHostAddress() + '/' + prefixLength;
        return gateway == null ? network : network + " via " + gateway.getHostAddress();
    }
}
