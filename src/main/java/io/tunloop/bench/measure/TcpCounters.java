// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How TCP fared in a namespace, as its counters tell: segments that came out of order, and reordering that a sender learnt of.
 *
 * <pre>
 * TcpExt: SyncookiesSent ... TCPOFOQueue ...
 * TcpExt: 0 ... 17 ...
 * </pre>
 * Source: linux/snmp.h; net/ipv4/proc.c, /proc/net/netstat.
 */
public record TcpCounters(long outOfOrder, long senderReorders) {
    private static final String GROUP = "TcpExt: ";
    private static final List<String> SENDER_REORDERS = List.of("TCPSACKReorder", "TCPRenoReorder", "TCPTSReorder");

    /** @param netstat the namespace's /proc/net/netstat */
    public static TcpCounters parse(String netstat) {
        List<String> lines =
                netstat.lines().filter(line -> line.startsWith(GROUP)).toList();
        Map<String, Long> counters = new HashMap<>();
        if (lines.size() == 2) {
            String[] names = lines.get(0).split(" ");
            String[] values = lines.get(1).split(" ");
            for (int i = 1; i < Math.min(names.length, values.length); i++) {
                counters.put(names[i], Long.parseLong(values[i]));
            }
        }
        return new TcpCounters(
                counters.getOrDefault("TCPOFOQueue", 0L),
                SENDER_REORDERS.stream()
                        .mapToLong(name -> counters.getOrDefault(name, 0L))
                        .sum());
    }

    /** Of both ends: each receives, if only acknowledgements. */
    public static TcpCounters sum(TcpCounters... ends) {
        return new TcpCounters(
                Arrays.stream(ends).mapToLong(TcpCounters::outOfOrder).sum(),
                Arrays.stream(ends).mapToLong(TcpCounters::senderReorders).sum());
    }

    public Map<Measure, Double> since(TcpCounters earlier) {
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        measures.put(Measure.OUT_OF_ORDER, (double) (outOfOrder - earlier.outOfOrder));
        measures.put(Measure.SENDER_REORDERS, (double) (senderReorders - earlier.senderReorders));
        return measures;
    }
}
