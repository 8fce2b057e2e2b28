// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Namespaces;
import io.tunloop.bench.host.Topology;
import io.tunloop.bench.measure.LossFree;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.plan.Load;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The highest rates of datagrams that get through without loss (the non-drop rate) and with 0.5 % of it, and round trips at
 * parts of the first: what a device bears, and how it answers when it bears it well.
 *
 * <p>Datagrams go one way. Round trips are those of a few that are sent back: always a twentieth of the rate, so that the way
 * back is as good as idle at every load. With {@code --bidir} all are sent back, and one that does not return is lost.
 *
 * @param generator the program that sends and receives
 */
record NdrWorkload(Path generator, Topology topology, Load load) implements Workload {
    static final double[] TOLERATED_LOSS_PERCENT = {0, 0.5};
    // A part of what is measured in the end: several of them tell more than one that is as long.
    private static final int TRIALS_PER_TIME = 6;
    private static final int MS_PER_S = 1_000;
    private static final int USUAL_TRIALS = 30;
    private static final double TRIAL_OVERHEAD_SECONDS = 0.2;

    @Override
    public boolean hasBothEnds() {
        return true;
    }

    /** More than can be forwarded: warms up, and is what a profile shows. */
    @Override
    public List<String> clientCommand(String address, int seconds) {
        return command(address, RateSearch.MAX_RATE, seconds * MS_PER_S, load.bidirectional() ? 1 : 0);
    }

    /** @param returnEvery of so many packets one is sent back; 0 for none */
    List<String> command(String address, long packetsPerSecond, int ms, int returnEvery) {
        String near = Namespaces.file(topology.namespace1()).toString();
        boolean baseline = address.equals(topology.clientAddress());
        String far = baseline ? near : Namespaces.file(topology.namespace2()).toString();
        List<String> ends = List.of(topology.clientAddress(), near, address, far);
        int from = load.reverse() ? 2 : 0;
        int to = 2 - from;
        List<String> command = new ArrayList<>(List.of(generator.toString()));
        command.addAll(List.of("--from", ends.get(from), "--from-netns", ends.get(from + 1)));
        command.addAll(List.of("--to", ends.get(to), "--to-netns", ends.get(to + 1)));
        command.addAll(List.of("--sizes", sizes().stream().map(String::valueOf).collect(Collectors.joining(","))));
        command.addAll(List.of("--rate", Long.toString(packetsPerSecond), "--ms", Integer.toString(ms)));
        if (load.parallel() > 1) {
            command.addAll(List.of("--flows", Integer.toString(load.parallel())));
        }
        if (returnEvery > 0) {
            command.addAll(List.of("--return-every", Integer.toString(returnEvery)));
        }
        return command;
    }

    /** Payloads in bytes, which take turns. */
    List<Integer> sizes() {
        return load.sizeBytes() == Load.IMIX ? Imix.payloads(load.ipv6(), load.mtuBytes()) : List.of(load.sizeBytes());
    }

    @Override
    public Workload tuned(Client client, String address, int seconds) throws BenchException, InterruptedException {
        int trialMs = seconds * MS_PER_S / TRIALS_PER_TIME;
        RateSearch search = new RateSearch(rate -> LoadgenOutput.parse(
                        client.run(command(address, rate, trialMs, load.bidirectional() ? 1 : 0), 1))
                .trial(rate, load.bidirectional()));
        List<LossFree.Rate> rates = search.run(TOLERATED_LOSS_PERCENT);
        long best = rates.stream()
                .filter(rate -> rate.packetsPerSecond() != null)
                .mapToLong(LossFree.Rate::packetsPerSecond)
                .findFirst()
                .orElse(search.floor());
        NdrLatencies latencies = new NdrLatencies(this, rates, search.trials(), best);
        latencies.measureLowerLoads(client, address, seconds);
        return latencies;
    }

    @Override
    public double tuningSeconds(int seconds) {
        double trialSeconds = (double) seconds / TRIALS_PER_TIME + TRIAL_OVERHEAD_SECONDS;
        return USUAL_TRIALS * trialSeconds + NdrLatencies.LOWER_LOADS * (seconds + TRIAL_OVERHEAD_SECONDS);
    }

    /** Of a flood. */
    @Override
    public Traffic parse(String output) throws BenchException {
        var trial = LoadgenOutput.parse(output).trial(RateSearch.MAX_RATE, load.bidirectional());
        double received = trial.receivedPacketsPerSecond();
        return new Traffic(
                Map.of(Measure.PACKETS_PER_SECOND, received / 1000),
                List.of(),
                Math.round(received) + " packets/s of a flood received");
    }

    @Override
    public List<Measure> columns() {
        return List.of(
                Measure.LOSS_FREE,
                Measure.HALF_PERCENT_LOSS,
                Measure.AT_10_P50,
                Measure.AT_10_P99,
                Measure.AT_50_P50,
                Measure.AT_50_P99,
                Measure.AT_90_P50,
                Measure.AT_90_P99,
                Measure.AT_90_P999);
    }
}
