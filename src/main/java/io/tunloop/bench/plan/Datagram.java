// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

/** How much fits into one UDP datagram that is not fragmented. Units: bytes. */
public final class Datagram {
    private static final int DEFAULT_MTU = 1500;
    private static final int IPV4_AND_UDP = 28;
    private static final int IPV6_AND_UDP = 48;

    private Datagram() {}

    public static int header(boolean ipv6) {
        return ipv6 ? IPV6_AND_UDP : IPV4_AND_UDP;
    }

    /** @param mtu 0 for the one that devices have unless told otherwise */
    public static int largestPacket(int mtu) {
        return mtu == 0 ? DEFAULT_MTU : mtu;
    }

    public static int largestPayload(boolean ipv6, int mtu) {
        return largestPacket(mtu) - header(ipv6);
    }
}
