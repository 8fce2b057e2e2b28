// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Where the true median of a row lies: between two of its own runs, whatever their distribution is.
 *
 * <p>Each run falls below the median with probability 1/2, so that the number of those which do is binomial. Fewer than 6 runs
 * cannot enclose it with 95 %: then it reaches from the smallest to the largest, and its confidence says so.
 *
 * @param confidencePercent the probability that the median lies within; at least 95 from 6 runs on
 * Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed., 7.1.
 */
public record Interval(double low, double high, double confidencePercent) {
    private static final double TAIL = 0.025; // on each side

    /** {@code null} for fewer than two values. */
    static Interval ofMedian(double[] values) {
        int n = values.length;
        if (n < 2) {
            return null;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        BinomialDistribution below = BinomialDistribution.of(n, 0.5);
        int cut = Math.max(1, below.inverseCumulativeProbability(TAIL)); // how many of each end lie at or outside of it
        double confidence = 1 - 2 * below.cumulativeProbability(cut - 1);
        return new Interval(
                Statistics.round(sorted[cut - 1]),
                Statistics.round(sorted[n - cut]),
                Statistics.round(100 * confidence));
    }

    /** Half its width in percent of the median: the number behind a plus-minus sign. */
    @JsonIgnore
    public double plusMinusPercent(double median) {
        return median == 0 ? 0 : 100 * (high - low) / 2 / Math.abs(median);
    }
}
