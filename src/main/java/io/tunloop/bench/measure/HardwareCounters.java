// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.Shell;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the processor counts of a forwarder while traffic runs: cycles, instructions and cache misses, by {@code perf stat}.
 *
 * <p>Only on request, and only where there is a PMU: a virtual machine often has none.
 *
 * Source: perf-stat(1), "CSV FORMAT".
 */
public final class HardwareCounters implements AutoCloseable {
    private static final String CYCLES = "cycles";
    private static final String INSTRUCTIONS = "instructions";
    private static final String CACHE_MISSES = "cache-misses";
    private static final long TIMEOUT_MS = 10_000;
    private static final int INTERRUPTED = 128 + 2; // it prints its counts, then ends by the signal that asked for them

    private final Shell shell;
    private final Child perf;

    private HardwareCounters(Shell shell, Child perf) {
        this.shell = shell;
        this.perf = perf;
    }

    /** Counts in all threads of the process and its children until it is stopped. */
    public static HardwareCounters start(Shell shell, ProcessHandle forwarder)
            throws BenchException, InterruptedException {
        String events = String.join(",", CYCLES, INSTRUCTIONS, CACHE_MISSES);
        String pids = Stream.concat(Stream.of(forwarder), forwarder.descendants())
                .map(process -> Long.toString(process.pid()))
                .collect(Collectors.joining(","));
        return new HardwareCounters(shell, shell.start(List.of("perf", "stat", "-x", ",", "-e", events, "-p", pids)));
    }

    /** @param packets that the kernel gave to the forwarder meanwhile */
    public Map<Measure, Double> stop(long packets) throws BenchException, InterruptedException {
        shell.run(List.of("sh", "-c", "kill -INT " + perf.pid()));
        int exit = shell.awaitExit(perf, TIMEOUT_MS);
        if (exit != 0 && exit != INTERRUPTED) {
            throw perf.failed("perf stat: exit code " + exit);
        }
        return measures(parse(perf.errorOutput()), packets);
    }

    /** Ends it, also when nobody wants its counts any more. */
    @Override
    public void close() {
        perf.close();
    }

    /** Event to count; what was not counted is missing. */
    static Map<String, Double> parse(String output) {
        Map<String, Double> counts = new HashMap<>();
        output.lines()
                .map(line -> line.split(","))
                .filter(cells -> cells.length > 2)
                .forEach(cells -> {
                    if (cells[0].matches("[0-9.]+")) {
                        counts.put(cells[2].replaceFirst(":.*", ""), Double.parseDouble(cells[0]));
                    }
                });
        return counts;
    }

    static Map<Measure, Double> measures(Map<String, Double> counts, double packets) {
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        putRatio(measures, Measure.CYCLES_PER_PACKET, counts.get(CYCLES), packets);
        putRatio(measures, Measure.INSTRUCTIONS_PER_PACKET, counts.get(INSTRUCTIONS), packets);
        putRatio(measures, Measure.CACHE_MISSES_PER_PACKET, counts.get(CACHE_MISSES), packets);
        putRatio(measures, Measure.INSTRUCTIONS_PER_CYCLE, counts.get(INSTRUCTIONS), counts.get(CYCLES));
        return measures;
    }

    private static void putRatio(Map<Measure, Double> measures, Measure measure, Double count, Double per) {
        Statistics.put(measures, measure, Statistics.ratio(count, per));
    }
}
