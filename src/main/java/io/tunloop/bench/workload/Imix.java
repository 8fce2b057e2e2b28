// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.plan.Datagram;
import java.util.List;
import java.util.stream.Stream;

/**
 * The mixture of packet sizes that the Internet is said to have: of 12 packets 7 of 64 bytes, 4 of 576 and 1 of 1500, as IP
 * packets. The largest is what the device's MTU allows, where that is less.
 *
 * Source: RFC 6985, "simple IMIX".
 */
final class Imix {
    private static final int SMALL_BYTES = 64;
    private static final int MEDIUM_BYTES = 576;
    private static final int LARGE_BYTES = 1500;
    private static final String ORDER = "SMSSLSMSMSMS";

    private Imix() {}

    /**
     * Payloads of UDP datagrams, in the order in which they are sent.
     *
     * @param mtuBytes 0 for the usual one
     */
    static List<Integer> payloads(boolean ipv6, int mtuBytes) {
        return Stream.of(ORDER.split(""))
                .map(size -> Math.min(packetBytes(size), Datagram.largestPacket(mtuBytes)) - Datagram.header(ipv6))
                .toList();
    }

    private static int packetBytes(String size) {
        return switch (size) {
            case "S" -> SMALL_BYTES;
            case "M" -> MEDIUM_BYTES;
            default -> LARGE_BYTES;
        };
    }
}
