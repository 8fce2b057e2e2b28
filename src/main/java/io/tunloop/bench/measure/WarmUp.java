// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.util.List;

/** How long a forwarder takes to be as fast as it gets. */
public final class WarmUp {
    private static final double SHARE = 0.9;
    private static final int STEADY_INTERVALS = 3; // one alone may be luck

    private WarmUp() {}

    /**
     * Seconds from the first traffic until the rate stays at 90 % of the warm one, which is the median of the second half.
     * {@code null} when there are too few intervals to tell.
     */
    public static Double seconds(List<Sample> intervals) {
        int half = intervals.size() / 2;
        if (half < STEADY_INTERVALS) {
            return null;
        }
        double warm = Statistics.median(intervals.subList(half, intervals.size()).stream()
                .mapToDouble(Sample::gbps)
                .toArray());
        for (int i = 0; i + STEADY_INTERVALS <= intervals.size(); i++) {
            boolean steady = intervals.subList(i, i + STEADY_INTERVALS).stream()
                    .allMatch(interval -> interval.gbps() >= SHARE * warm);
            if (steady) {
                return intervals.get(i).seconds();
            }
        }
        return null;
    }
}
