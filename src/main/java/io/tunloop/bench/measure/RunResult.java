// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tunloop.bench.host.DeviceFacts;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one run of one row gave.
 *
 * @param measures may be added to: what compares this run with another row's
 * @param device the forwarder's first device; {@code null} without a forwarder
 * @param busy what else used the processor, when it was enough to doubt the numbers; else {@code null}
 * @param summary of the traffic, one line for a person
 * @param lossFree what a search for loss-free rates found; {@code null} for other workloads
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunResult(
        @JsonIgnore Map<Measure, Double> measures,
        List<Sample> series,
        DeviceFacts device,
        String busy,
        @JsonIgnore String summary,
        LossFree lossFree) {
    public RunResult {
        EnumMap<Measure, Double> own = new EnumMap<>(Measure.class);
        own.putAll(measures);
        measures = own;
    }

    public RunResult(
            Map<Measure, Double> measures, List<Sample> series, DeviceFacts device, String busy, String summary) {
        this(measures, series, device, busy, summary, null);
    }

    @JsonAnyGetter
    Map<Measure, Double> properties() {
        return measures;
    }
}
