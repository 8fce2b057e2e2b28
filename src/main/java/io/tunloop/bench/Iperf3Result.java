// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an iperf3 client reports with {@code -J}.
 *
 * @param sentGbps all streams, both directions, as the sending side counted
 * @param receivedGbps all streams, both directions, as the receiving side counted
 * @param retransmits of all senders; {@code null} for UDP and where the kernel does not count them
 * @param packets sent, UDP only; else {@code null}
 * @param intervalsGbps per interval, without the omitted ones
 * Source: iperf3's iperf_api.c. Versions before 3.8 have no "sum_received" for UDP, before 3.7 no "--bidir".
 */
record Iperf3Result(
        double seconds,
        double sentGbps,
        double receivedGbps,
        Long retransmits,
        Long packets,
        Long lostPackets,
        String congestion,
        List<Sample> intervalsGbps) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final double GIGA = 1e9;

    static Iperf3Result parse(String json) throws BenchException {
        JsonNode root = read(json);
        if (root.hasNonNull("error")) {
            throw new BenchException("iperf3: " + root.get("error").asText());
        }
        JsonNode end = root.path("end");
        if (!end.has("sum_sent") && !end.has("sum")) {
            throw new BenchException("iperf3 gave no summary");
        }
        boolean udp = end.has("sum");
        return udp ? udp(root, end) : tcp(root, end);
    }

    double lossPercent() {
        return packets == null || packets == 0 ? 0 : 100.0 * lostPackets / packets;
    }

    double receivedPacketsPerSecond() {
        return (packets - lostPackets) / seconds;
    }

    /** One line, in the manner of iperf3's own last lines. */
    String summary() {
        String line =
                String.format(Locale.ROOT, "%.2f Gbit/s received, %.2f sent, %.2f s", receivedGbps, sentGbps, seconds);
        if (packets != null) {
            line += String.format(
                    Locale.ROOT,
                    ", %d packets, %d lost (%.2f %%), %.0f packets/s received",
                    packets,
                    lostPackets,
                    lossPercent(),
                    receivedPacketsPerSecond());
        }
        if (retransmits != null) {
            line += ", " + retransmits + " retransmits";
        }
        return congestion == null ? line : line + ", " + congestion;
    }

    private static JsonNode read(String json) throws BenchException {
        try {
            JsonNode root = MAPPER.readTree(json);
            if (root == null || !root.isObject()) {
                throw new BenchException("iperf3 printed no JSON");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new BenchException("iperf3 printed no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Iperf3Result tcp(JsonNode root, JsonNode end) {
        JsonNode sent = end.path("sum_sent");
        JsonNode received = end.path("sum_received");
        JsonNode sentBack = end.path("sum_sent_bidir_reverse");
        JsonNode receivedBack = end.path("sum_received_bidir_reverse");
        return new Iperf3Result(
                received.path("seconds").asDouble(),
                gbps(sent) + gbps(sentBack),
                gbps(received) + gbps(receivedBack),
                sum(sent.get("retransmits"), sentBack.get("retransmits")),
                null,
                null,
                end.path("sender_tcp_congestion").asText(null),
                intervals(root));
    }

    private static Iperf3Result udp(JsonNode root, JsonNode end) {
        JsonNode sum = end.path("sum");
        JsonNode received = end.path("sum_received");
        long packets = sum.path("packets").asLong();
        long lost = sum.path("lost_packets").asLong();
        double sentGbps = gbps(end.has("sum_sent") ? end.get("sum_sent") : sum);
        double receivedGbps = received.path("bytes").asLong() > 0
                ? gbps(received)
                : packets == 0 ? 0 : sentGbps * (packets - lost) / packets;
        return new Iperf3Result(
                sum.path("seconds").asDouble(), sentGbps, receivedGbps, null, packets, lost, null, intervals(root));
    }

    private static List<Sample> intervals(JsonNode root) {
        List<Sample> result = new ArrayList<>();
        for (JsonNode interval : root.path("intervals")) {
            JsonNode sum = interval.path("sum");
            if (!sum.path("omitted").asBoolean()) {
                double gbps = gbps(sum) + gbps(interval.path("sum_bidir_reverse"));
                result.add(
                        new Sample(Statistics.round(sum.path("end").asDouble()), Statistics.round(gbps), null, null));
            }
        }
        return result;
    }

    private static double gbps(JsonNode sum) {
        return sum.path("bits_per_second").asDouble() / GIGA;
    }

    private static Long sum(JsonNode a, JsonNode b) {
        return a == null ? null : Long.valueOf(a.asLong() + (b == null ? 0 : b.asLong()));
    }
}
