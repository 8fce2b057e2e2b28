// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A row with the runs measured so far.
 *
 * Thread: filled by the bench's main thread only.
 */
final class RowResult {
    private final Row row;
    private final List<RunResult> runs = new ArrayList<>();
    private final Map<Measure, Double> derived = new EnumMap<>(Measure.class);
    private String error;

    RowResult(Row row) {
        this.row = row;
    }

    Row row() {
        return row;
    }

    List<RunResult> runs() {
        return runs;
    }

    void add(RunResult run) {
        runs.add(run);
    }

    /** The first reason a run failed; {@code null} when none did. */
    String error() {
        return error;
    }

    void fail(String reason) {
        if (error == null) {
            error = reason;
        }
    }

    /** {@code null} as long as nothing was measured, and without a forwarder. */
    Boolean offload() {
        DeviceFacts device = runs.isEmpty() ? null : runs.get(0).device();
        return device == null ? null : device.isOffloaded();
    }

    boolean isBusy() {
        return runs.stream().anyMatch(run -> run.busy() != null);
    }

    /** Sets a figure that comes from comparing rows; it goes with the medians. */
    void derive(Measure measure, Double value) {
        if (value != null) {
            derived.put(measure, value);
        }
    }

    Map<Measure, Double> median() {
        Map<Measure, Double> medians = Statistics.perMeasure(runs, Statistics::median);
        medians.putAll(derived);
        return medians;
    }

    Map<Measure, Double> min() {
        return Statistics.perMeasure(runs, Statistics::min);
    }

    Map<Measure, Double> max() {
        return Statistics.perMeasure(runs, Statistics::max);
    }

    Double median(Measure measure) {
        return median().get(measure);
    }
}
