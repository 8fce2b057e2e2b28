// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * One point of a run's time series.
 *
 * @param seconds since the measured traffic began, at the end of the interval
 * @param gbps of the interval; {@code null} where the workload has no throughput
 * @param cpuPercent of the interval, 100 for one core
 * @param memMiB resident at the end of the interval
 * @param gauges what the forwarder said of itself then; {@code null} when it was not asked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Sample(double seconds, Double gbps, Double cpuPercent, Double memMiB, Map<String, Double> gauges) {
    public Sample(double seconds, Double gbps, Double cpuPercent, Double memMiB) {
        this(seconds, gbps, cpuPercent, memMiB, null);
    }
}
