// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Latencies;
import io.tunloop.bench.measure.Statistics;
import io.tunloop.bench.measure.Trial;
import java.util.Locale;

/** The line that loadgen prints of one trial. */
final class LoadgenOutput {
    /** What a generator may fall short by and still have sent the load that was asked for. */
    private static final double SENT_ENOUGH = 0.99;

    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_MS = 1e6;
    private static final double US_PER_MS = 1e3;

    private final JsonNode line;

    private LoadgenOutput(JsonNode line) {
        this.line = line;
    }

    static LoadgenOutput parse(String output) throws BenchException {
        try {
            JsonNode line = new ObjectMapper().readTree(output);
            if (line != null && line.path("asked").isNumber()) {
                return new LoadgenOutput(line);
            }
        } catch (JsonProcessingException e) {
            throw new BenchException("loadgen: " + e.getOriginalMessage(), e);
        }
        throw new BenchException("loadgen told nothing of its trial");
    }

    /** @param thereAndBack whether a packet counts only when it has come back */
    Trial trial(long packetsPerSecond, boolean thereAndBack) {
        long sent = number("sent");
        long arrived = thereAndBack ? number("returned") : number("received");
        return new Trial(
                packetsPerSecond,
                sent,
                sent - arrived,
                number("sendNs") / NS_PER_S,
                limit(),
                Statistics.round(late().maxUs() / US_PER_MS),
                Statistics.round(number(thereAndBack ? "returnedBehindNs" : "behindNs") / NS_PER_MS));
    }

    /** Round trips, from the time at which each packet should have been sent. */
    Latencies roundTrips() {
        return latencies("roundTripNs");
    }

    /** From the time at which each packet should have been sent to the time at which it was. */
    Latencies late() {
        return latencies("lateNs");
    }

    private String limit() {
        if (number("ownDrops") > 0) {
            return "its receiver dropped " + number("ownDrops");
        }
        double sent = (double) number("sent") / number("asked");
        return sent >= SENT_ENOUGH ? null : String.format(Locale.ROOT, "it sent %.0f %% only", 100 * sent);
    }

    private Latencies latencies(String name) {
        Latencies latencies = new Latencies();
        line.path(name)
                .forEach(bucket ->
                        latencies.record(bucket.get(0).asLong(), bucket.get(1).asLong()));
        return latencies;
    }

    private long number(String name) {
        return line.path(name).asLong();
    }
}
