// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.util.ArrayList;
import java.util.List;

/** Puts the monitor's samples and the client's intervals on one time line. */
public final class Series {
    private static final double SAME_INTERVAL_S = 0.5;

    private Series() {}

    /** Each monitor sample with the throughput of the client's interval that ended next to it. */
    public static List<Sample> join(List<Sample> monitored, List<Sample> client) {
        if (monitored.isEmpty()) {
            return client;
        }
        List<Sample> joined = new ArrayList<>();
        for (Sample sample : monitored) {
            Double gbps = client.stream()
                    .filter(interval -> Math.abs(interval.seconds() - sample.seconds()) < SAME_INTERVAL_S)
                    .map(Sample::gbps)
                    .findFirst()
                    .orElse(null);
            joined.add(new Sample(sample.seconds(), gbps, sample.cpuPercent(), sample.memMiB(), sample.gauges()));
        }
        return joined;
    }
}
