// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Latencies;
import io.tunloop.bench.measure.Measure;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ICMP echo at a low rate: how long one packet takes there and back when nothing else, or a TCP stream, is on its way.
 *
 * @param sizeBytes payload
 */
record PingWorkload(int sizeBytes) implements Workload {
    private static final String INTERVAL_S = "0.01";
    private static final Pattern REPLY = Pattern.compile("time=([0-9.]+) ms");
    private static final Pattern LOSS = Pattern.compile("([0-9.]+)% packet loss");

    @Override
    public List<String> clientCommand(String address, int seconds) {
        return List.of(
                "ping",
                "-n",
                "-i",
                INTERVAL_S,
                "-w",
                Integer.toString(seconds),
                "-s",
                Integer.toString(sizeBytes),
                address);
    }

    @Override
    public Traffic parse(String output) throws BenchException {
        Latencies latencies = new Latencies();
        Matcher reply = REPLY.matcher(output);
        while (reply.find()) {
            latencies.record(Math.round(Double.parseDouble(reply.group(1)) * 1e6));
        }
        if (latencies.count() == 0) {
            throw new BenchException("ping got no reply");
        }
        var measures = latencies.measures();
        Matcher loss = LOSS.matcher(output);
        if (loss.find()) {
            measures.put(Measure.LOSS_PERCENT, Double.valueOf(loss.group(1)));
        }
        return new Traffic(measures, List.of(), latencies.summary());
    }

    @Override
    public List<Measure> columns() {
        return Measure.LATENCY_COLUMNS;
    }

    @Override
    public boolean isRepeatedUnderLoad() {
        return true;
    }
}
