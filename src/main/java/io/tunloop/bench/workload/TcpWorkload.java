// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Statistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A TCP stream, or several, by iperf3.
 *
 * @param congestion the congestion control, like {@code cubic}; {@code null} for the kernel's default
 * @param parallel streams at once
 * @param reverse the server sends
 * @param bidirectional both send
 */
public record TcpWorkload(String congestion, int parallel, boolean reverse, boolean bidirectional) implements Iperf3 {
    @Override
    public List<String> protocolOptions() {
        return congestion == null ? List.of() : List.of("-C", congestion);
    }

    @Override
    public Traffic parse(String output) throws BenchException {
        Iperf3Result result = Iperf3Result.parse(output);
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        measures.put(Measure.GBPS, Statistics.round(result.receivedGbps()));
        if (result.retransmits() != null) {
            measures.put(Measure.RETRANSMITS, result.retransmits().doubleValue());
        }
        return new Traffic(measures, result.intervalsGbps(), result.summary());
    }

    @Override
    public List<Measure> columns() {
        return List.of(Measure.GBPS, Measure.RETRANSMITS, Measure.OUT_OF_ORDER);
    }
}
