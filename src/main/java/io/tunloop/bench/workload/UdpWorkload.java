// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Statistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * UDP datagrams as fast as iperf3 can send them: what arrives is the forwarder's packet rate, the rest is loss.
 *
 * @param sizeBytes payload of a datagram
 * @param parallel senders
 * @param reverse the server sends
 * @param bidirectional both send
 */
record UdpWorkload(int sizeBytes, int parallel, boolean reverse, boolean bidirectional) implements Iperf3 {
    @Override
    public List<String> protocolOptions() {
        return List.of("-u", "-b", "0", "-l", Integer.toString(sizeBytes));
    }

    @Override
    public Traffic parse(String output) throws BenchException {
        Iperf3Result result = Iperf3Result.parse(output);
        if (result.packets() == null) {
            throw new BenchException("iperf3 gave no packet counts");
        }
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        measures.put(Measure.PACKETS_PER_SECOND, Statistics.round(result.receivedPacketsPerSecond() / 1000));
        measures.put(Measure.LOSS_PERCENT, Statistics.round(result.lossPercent()));
        measures.put(Measure.GBPS, Statistics.round(result.receivedGbps()));
        return new Traffic(measures, result.intervalsGbps(), result.summary());
    }

    @Override
    public List<Measure> columns() {
        return List.of(Measure.PACKETS_PER_SECOND, Measure.LOSS_PERCENT, Measure.GBPS);
    }
}
