// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.LossFree;
import io.tunloop.bench.measure.Trial;
import io.tunloop.bench.measure.Trial.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Finds the highest load at which a device loses no more than is tolerated.
 *
 * <p>A flood tells how much the device passes on at most; from there the search goes up or down, in growing steps, until it
 * has a load that passes and one that fails, and then halves what is between them. A load is judged by several short trials,
 * and what most of them say counts: a machine that was busy for a moment fails a trial, not the load. Each goal uses what the
 * trials of those before it say of its own tolerance.
 *
 * <p>Below a twentieth of where it started, a load without loss would say more of how few packets there were.
 *
 * Units: packets per second.
 * Source: draft-ietf-bmwg-mlrsearch, with an exceed ratio of one half.
 */
final class RateSearch {
    static final long MAX_RATE = 2_000_000;
    static final long MIN_RATE = 500;
    /** How much higher the failing load may be than the passing one in the end. */
    static final double WIDTH = 1.02;

    static final int MAX_TRIALS = 60;
    // What the first goal leaves to those after it, which know most of what they need from it.
    private static final int SPARED_TRIALS = 20;
    private static final int MAJORITY = 3;
    private static final int MANY_LIMITED = 5;
    private static final double FIRST_STEP = 1.25;
    private static final int FLOOR_DIVISOR = 20;

    /** What is measured. */
    interface Device {
        Trial offer(long packetsPerSecond) throws BenchException, InterruptedException;
    }

    private final Device device;
    private final List<Trial> trials = new ArrayList<>();
    private final TreeMap<Long, List<Trial>> byLoad = new TreeMap<>();
    private long start;

    RateSearch(Device device) {
        this.device = device;
    }

    /** All trials until now, in order. */
    List<Trial> trials() {
        return List.copyOf(trials);
    }

    /** The lowest load that is tried. */
    long floor() {
        return Math.max(MIN_RATE, start / FLOOR_DIVISOR);
    }

    /** @param toleratedLossPercent the goals, the strictest first */
    List<LossFree.Rate> run(double... toleratedLossPercent) throws BenchException, InterruptedException {
        Trial flood = offer(MAX_RATE);
        start = Math.max(MIN_RATE, Math.min(MAX_RATE, Math.round(flood.receivedPacketsPerSecond())));
        List<LossFree.Rate> rates = new ArrayList<>();
        for (double tolerated : toleratedLossPercent) {
            rates.add(find(tolerated, rates.isEmpty() ? MAX_TRIALS - SPARED_TRIALS : MAX_TRIALS));
        }
        return rates;
    }

    private LossFree.Rate find(double tolerated, int lastTrial) throws BenchException, InterruptedException {
        double step = FIRST_STEP;
        Bounds bounds = bounds(tolerated);
        for (Long load = next(bounds, step); load != null; load = next(bounds, step)) {
            if (judge(load, tolerated, lastTrial) == null) {
                break; // out of trials
            }
            if (!bounds.isClosed()) {
                step *= step;
            }
            bounds = bounds(tolerated);
        }
        return new LossFree.Rate(tolerated, bounds.passed, bounds.failed, isLimited(bounds.failed, tolerated));
    }

    /** The load to try next; {@code null} when there is nothing to find out any more. */
    private Long next(Bounds bounds, double step) {
        if (bounds.passed == null && bounds.failed == null) {
            return start;
        }
        if (bounds.passed == null) {
            return bounds.failed <= floor() ? null : Long.valueOf(Math.max(floor(), Math.round(bounds.failed / step)));
        }
        if (bounds.failed == null) {
            return bounds.passed >= MAX_RATE
                    ? null
                    : Long.valueOf(Math.min(MAX_RATE, Math.round(bounds.passed * step)));
        }
        return bounds.failed <= bounds.passed * WIDTH
                ? null
                : Long.valueOf(Math.round(Math.sqrt((double) bounds.passed * bounds.failed)));
    }

    /** Tries a load until most trials agree; {@code null} when there were too many before. */
    private Verdict judge(long load, double tolerated, int lastTrial) throws BenchException, InterruptedException {
        Verdict verdict = verdict(load, tolerated);
        while (verdict == null && trials.size() < lastTrial) {
            offer(load);
            verdict = verdict(load, tolerated);
        }
        return verdict;
    }

    private Trial offer(long load) throws BenchException, InterruptedException {
        Trial trial = device.offer(load);
        trials.add(trial);
        byLoad.computeIfAbsent(load, first -> new ArrayList<>()).add(trial);
        return trial;
    }

    /** What most trials of this load say; {@code null} as long as there are too few. */
    private Verdict verdict(long load, double tolerated) {
        List<Trial> ofLoad = byLoad.getOrDefault(load, List.of());
        for (Verdict verdict : List.of(Verdict.GOOD, Verdict.BAD)) {
            if (count(ofLoad, tolerated, verdict) >= MAJORITY) {
                return verdict;
            }
        }
        // Trials that say nothing are no votes, but there is an end to trying.
        long limited = count(ofLoad, tolerated, Verdict.LIMITED);
        return limited >= (limited == ofLoad.size() ? MAJORITY : MANY_LIMITED) ? Verdict.LIMITED : null;
    }

    private static long count(List<Trial> trials, double tolerated, Verdict verdict) {
        return trials.stream()
                .filter(trial -> trial.verdict(tolerated) == verdict)
                .count();
    }

    private boolean isLimited(Long failed, double tolerated) {
        return failed == null || verdict(failed, tolerated) == Verdict.LIMITED;
    }

    /** The lowest load that failed, and the highest below it that passed. */
    private Bounds bounds(double tolerated) {
        Long failed = first(byLoad, load -> isFailure(verdict(load, tolerated)));
        Map<Long, List<Trial>> below = (failed == null ? byLoad : byLoad.headMap(failed, false)).descendingMap();
        return new Bounds(first(below, load -> verdict(load, tolerated) == Verdict.GOOD), failed);
    }

    private static boolean isFailure(Verdict verdict) {
        return verdict == Verdict.BAD || verdict == Verdict.LIMITED;
    }

    private static Long first(Map<Long, List<Trial>> loads, Predicate<Long> wanted) {
        return loads.keySet().stream().filter(wanted).findFirst().orElse(null);
    }

    /** @param passed {@code null} for none, as {@code failed} */
    private record Bounds(Long passed, Long failed) {
        boolean isClosed() {
            return passed != null && failed != null;
        }
    }
}
