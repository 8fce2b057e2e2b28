// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.LossFree;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Statistics;
import io.tunloop.bench.measure.Trial;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Round trips at parts of a rate that was found: the lower loads first, then the highest, which is the one that the bench
 * measures the forwarder's CPU and memory at.
 *
 * Thread: the bench's main thread.
 */
final class NdrLatencies implements Workload {
    private static final List<Integer> PERCENTS = List.of(10, 50, 90);
    private static final int MEASURED_PERCENT = 90;
    static final int LOWER_LOADS = 2;

    /** What comes back is this part of the rate. */
    private static final int RETURNED_PERCENT = 5;

    private static final int MS_PER_S = 1_000;
    private static final int BITS_PER_BYTE = 8;

    private final NdrWorkload workload;
    private final List<LossFree.Rate> rates;
    private final List<Trial> trials;
    private final long packetsPerSecond;
    private final List<LossFree.AtLoad> measured = new ArrayList<>();

    /** @param packetsPerSecond of which the loads are parts */
    NdrLatencies(NdrWorkload workload, List<LossFree.Rate> rates, List<Trial> trials, long packetsPerSecond) {
        this.workload = workload;
        this.rates = rates;
        this.trials = trials;
        this.packetsPerSecond = packetsPerSecond;
    }

    void measureLowerLoads(Client client, String address, int seconds) throws BenchException, InterruptedException {
        for (int percent : PERCENTS.subList(0, LOWER_LOADS)) {
            add(percent, client.run(command(address, percent, seconds), seconds));
        }
    }

    @Override
    public List<Measure> columns() {
        return workload.columns();
    }

    @Override
    public List<String> clientCommand(String address, int seconds) {
        return command(address, MEASURED_PERCENT, seconds);
    }

    @Override
    public Traffic parse(String output) throws BenchException {
        Trial trial = add(MEASURED_PERCENT, output);
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        putRate(measures, Measure.LOSS_FREE, rates.get(0));
        putRate(measures, Measure.HALF_PERCENT_LOSS, rates.get(1));
        measured.forEach(load -> putLatencies(measures, load));
        measures.put(Measure.LOSS_PERCENT, Statistics.round(trial.lossPercent()));
        measures.put(Measure.GBPS, Statistics.round(gbps(trial)));
        return new Traffic(measures, List.of(), summary(), new LossFree(rates, List.copyOf(measured), trials));
    }

    private List<String> command(String address, int percent, int seconds) {
        int returnEvery = workload.load().bidirectional() ? 1 : percent / RETURNED_PERCENT;
        return workload.command(
                address, Math.max(1, packetsPerSecond * percent / 100), seconds * MS_PER_S, returnEvery);
    }

    private Trial add(int percent, String output) throws BenchException {
        LoadgenOutput told = LoadgenOutput.parse(output);
        Trial trial =
                told.trial(packetsPerSecond * percent / 100, workload.load().bidirectional());
        measured.add(LossFree.AtLoad.of(percent, trial, told.roundTrips(), told.late()));
        return trial;
    }

    private static void putRate(Map<Measure, Double> measures, Measure measure, LossFree.Rate rate) {
        if (rate.packetsPerSecond() != null) {
            measures.put(measure, Statistics.round(rate.packetsPerSecond() / 1e3));
        }
    }

    private static void putLatencies(Map<Measure, Double> measures, LossFree.AtLoad load) {
        if (load.roundTrips() > 0) {
            measures.put(Measure.valueOf("AT_" + load.percent() + "_P50"), load.p50Us());
            measures.put(Measure.valueOf("AT_" + load.percent() + "_P90"), load.p90Us());
            measures.put(Measure.valueOf("AT_" + load.percent() + "_P99"), load.p99Us());
            measures.put(Measure.valueOf("AT_" + load.percent() + "_P999"), load.p999Us());
            measures.put(Measure.valueOf("AT_" + load.percent() + "_MAX"), load.maxUs());
        }
    }

    /** Of payload, as iperf3 counts it: both directions together where all is sent back. */
    private double gbps(Trial trial) {
        double payloadBytes =
                workload.sizes().stream().mapToInt(Integer::intValue).average().orElseThrow();
        int directions = workload.load().bidirectional() ? 2 : 1;
        return trial.receivedPacketsPerSecond() * payloadBytes * BITS_PER_BYTE * directions / 1e9;
    }

    private String summary() {
        String found = rates.stream().map(NdrLatencies::describe).collect(Collectors.joining(", "));
        String latencies = measured.stream()
                .map(load ->
                        String.format(Locale.ROOT, "%d %%: %.0f/%.0f us", load.percent(), load.p50Us(), load.p99Us()))
                .collect(Collectors.joining(", "));
        return found + "; round trips p50/p99 at " + latencies + "; " + trials.size() + " trials";
    }

    private static String describe(LossFree.Rate rate) {
        String goal = rate.toleratedLossPercent() == 0
                ? "without loss"
                : String.format(Locale.ROOT, "with %.1f %% loss", rate.toleratedLossPercent());
        if (rate.packetsPerSecond() == null) {
            return goal + " none"
                    + (rate.lowestFailed() == null ? "" : " down to " + rate.lowestFailed() + " packets/s");
        }
        return String.format(
                Locale.ROOT,
                "%s %d packets/s%s",
                goal,
                rate.packetsPerSecond(),
                rate.limitedByGenerator() ? " at least (above that the load generator fell short)" : "");
    }
}
