// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * What a search for loss-free rates found, for the result file.
 *
 * @param rates one for each loss that is tolerated
 * @param latencies at parts of the best of these rates, from the lowest load to the highest
 * @param trials all of them, in order
 */
public record LossFree(List<Rate> rates, List<AtLoad> latencies, List<Trial> trials) {
    /**
     * The highest load at which no more was lost than is tolerated.
     *
     * @param packetsPerSecond {@code null} when more was lost at every load that was tried
     * @param lowestFailed the lowest load at which more was lost, or which the generator did not manage; {@code null} for none
     * @param limitedByGenerator whether it is the generator that could do no more: the device may
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Rate(
            double toleratedLossPercent, Long packetsPerSecond, Long lowestFailed, boolean limitedByGenerator) {}

    /**
     * Round trips at a load, counted from the time at which each packet should have been sent.
     *
     * @param percent of the rate
     * @param histogram HdrHistogram's compressed form in base64, values in nanoseconds
     * @param cdf of the same
     * @param generatorLateP99Us how late the generator itself sent: a part of these latencies
     */
    @JsonPropertyOrder({
        "percent",
        "packetsPerSecond",
        "lossPercent",
        "roundTrips",
        "p50Us",
        "p90Us",
        "p99Us",
        "p999Us",
        "maxUs"
    })
    public record AtLoad(
            int percent,
            long packetsPerSecond,
            double lossPercent,
            long roundTrips,
            double p50Us,
            double p90Us,
            double p99Us,
            double p999Us,
            double maxUs,
            double generatorLateP99Us,
            String histogram,
            List<Latencies.CdfPoint> cdf) {
        public static AtLoad of(int percent, Trial trial, Latencies roundTrips, Latencies late) {
            return new AtLoad(
                    percent,
                    trial.packetsPerSecond(),
                    Statistics.round(trial.lossPercent()),
                    roundTrips.count(),
                    roundTrips.us(50),
                    roundTrips.us(90),
                    roundTrips.us(99),
                    roundTrips.us(99.9),
                    roundTrips.maxUs(),
                    late.us(99),
                    roundTrips.encoded(),
                    roundTrips.cdf());
        }
    }
}
