// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One point of a run's time series.
 *
 * @param seconds since the measured traffic began, at the end of the interval
 * @param gbps of the interval; {@code null} where the workload has no throughput
 * @param cpuPercent of the interval, 100 for one core
 * @param memMiB resident at the end of the interval
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Sample(double seconds, Double gbps, Double cpuPercent, Double memMiB) {}
