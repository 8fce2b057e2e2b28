// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Shell;
import io.tunloop.bench.host.Topology;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What our forwarder says of itself: packets, bytes, drops, system calls, queue depths, its CPU time and memory, from its
 * metrics endpoint in its own namespace.
 *
 * <p>Only on request: to serve it costs the forwarder about 14 MiB of resident memory, which no peer pays.
 *
 * Thread: the monitor's.
 * Source: Prometheus text format 0.0.4.
 */
public final class Gauges {
    private static final String ADDRESS = "127.0.0.1:9464";
    private static final long TIMEOUT_MS = 2_000;
    private static final String PACKETS = "tunloop_packets_total";
    private static final String READ = "direction=\"read\"";
    private static final String SYSTEM_CALLS = "tunloop_syscalls_total";

    private final Shell shell;
    private final Topology topology;

    public Gauges(Shell shell, Topology topology) {
        this.shell = shell;
        this.topology = topology;
    }

    public static List<String> forwarderArguments() {
        return List.of("--metrics", ADDRESS);
    }

    /** Meter with its labels, as the endpoint writes it, to value. */
    Map<String, Double> read() throws BenchException, InterruptedException {
        return parse(shell.run(
                topology.inFirst(List.of("curl", "-sSf", "--max-time", "1", "http://" + ADDRESS + "/metrics")),
                TIMEOUT_MS));
    }

    static Map<String, Double> parse(String text) {
        Map<String, Double> values = new TreeMap<>();
        text.lines().filter(line -> line.startsWith("tunloop_")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            double value = Double.parseDouble(line.substring(space + 1));
            if (!Double.isNaN(value)) { // a meter whose device is gone; JSON knows no NaN
                values.put(line.substring(0, space), value);
            }
        });
        return values;
    }

    /** Between the first and the last sample that have an answer; {@code null} when there are not two. */
    public static Double systemCallsPerPacket(List<Sample> samples) {
        List<Map<String, Double>> answers =
                samples.stream().map(Sample::gauges).filter(Objects::nonNull).toList();
        if (answers.size() < 2) {
            return null;
        }
        Map<String, Double> first = answers.get(0);
        Map<String, Double> last = answers.get(answers.size() - 1);
        double packets = sum(last, PACKETS, READ) - sum(first, PACKETS, READ);
        double calls = sum(last, SYSTEM_CALLS, "") - sum(first, SYSTEM_CALLS, "");
        return packets <= 0 ? null : Statistics.round(calls / packets);
    }

    private static double sum(Map<String, Double> answer, String meter, String label) {
        return answer.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith(meter) && entry.getKey().contains(label))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
