// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.DeviceFacts;
import io.tunloop.bench.plan.Row;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A row with the runs measured so far.
 *
 * Thread: filled by the bench's main thread only.
 */
public final class RowResult {
    private final Row row;
    private final List<RunResult> runs = new ArrayList<>();
    private final Map<Measure, Double> derived = new EnumMap<>(Measure.class);
    private final Map<Measure, Double> pValues = new EnumMap<>(Measure.class);
    private String limit;
    private String error;

    public RowResult(Row row) {
        this.row = row;
    }

    public Row row() {
        return row;
    }

    public List<RunResult> runs() {
        return runs;
    }

    public void add(RunResult run) {
        runs.add(run);
    }

    /** The first reason a run failed; {@code null} when none did. */
    public String error() {
        return error;
    }

    public void fail(String reason) {
        if (error == null) {
            error = reason;
        }
    }

    /** {@code null} as long as nothing was measured, and without a forwarder. */
    public RowClass rowClass() {
        return device() == null ? null : RowClass.of(device());
    }

    /** {@code null} where the class is. */
    public Boolean offload() {
        return rowClass() == null ? null : rowClass() == RowClass.OFFLOAD;
    }

    /** The label of the limit that this row is held against; {@code null} for none. */
    public String limit() {
        return limit;
    }

    void holdAgainst(RowResult best) {
        limit = best.row().label();
    }

    /** {@code null} as long as nothing was measured, and without a forwarder. */
    public DeviceFacts device() {
        return runs.isEmpty() ? null : runs.get(0).device();
    }

    public boolean isBusy() {
        return runs.stream().anyMatch(run -> run.busy() != null);
    }

    /** Sets a figure that comes from comparing rows or from a run of its own; it goes with the medians. */
    public void derive(Measure measure, Double value) {
        Statistics.put(derived, measure, value);
    }

    /** Sets how probable it is by chance alone that a figure which compares two rows is so far from 1. */
    void compare(Measure measure, Double pValue) {
        Statistics.put(pValues, measure, pValue);
    }

    public Map<Measure, Double> pValues() {
        return pValues;
    }

    /** Whether this compares two rows, and their runs do not prove that they differ. */
    public boolean isUnproven(Measure measure) {
        return pValues.containsKey(measure) && !Significance.isProven(pValues.get(measure));
    }

    /** Its runs' values, in the order of the rotations. */
    double[] values(Measure measure) {
        return Statistics.values(runs, measure);
    }

    /** Where the true median lies; {@code null} for fewer than two runs. */
    public Interval interval(Measure measure) {
        return Interval.ofMedian(values(measure));
    }

    public Map<Measure, Interval> intervals() {
        Map<Measure, Interval> intervals = new EnumMap<>(Measure.class);
        for (Measure measure : Measure.values()) {
            Interval interval = interval(measure);
            if (interval != null) {
                intervals.put(measure, interval);
            }
        }
        return intervals;
    }

    public Map<Measure, Double> median() {
        Map<Measure, Double> medians = Statistics.perMeasure(runs, Statistics::median);
        medians.putAll(derived);
        return medians;
    }

    public Map<Measure, Double> min() {
        return Statistics.perMeasure(runs, Statistics::min);
    }

    public Map<Measure, Double> max() {
        return Statistics.perMeasure(runs, Statistics::max);
    }

    public Double median(Measure measure) {
        Double figure = derived.get(measure);
        return figure != null ? figure : Statistics.ofRuns(runs, measure, Statistics::median);
    }
}
