// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Sample;
import io.tunloop.bench.measure.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an iperf3 client reports with {@code -J}.
 *
 * @param sentGbps all streams, both directions, as the sending side counted
 * @param receivedGbps all streams, both directions, as the receiving side counted
 * @param retransmits of all senders; {@code null} for UDP and where one of them does not count them
 * @param packets sent, UDP only; else {@code null}
 * @param intervalsGbps per interval, without the omitted ones
 *
 * <p>Every sum is made here, of the single streams: versions 3.7 to 3.10 give those of both directions the same names, of
 * which a parser keeps one.
 *
 * Source: iperf3's iperf_api.c, iperf_print_results.
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
    private static final double UNKNOWN_FROM = 1L << 62;

    static Iperf3Result parse(String json) throws BenchException {
        JsonNode root = read(json);
        if (root.hasNonNull("error")) {
            throw new BenchException("iperf3: " + root.get("error").asText());
        }
        List<JsonNode> streams = children(root.path("end").path("streams"));
        if (streams.isEmpty()) {
            throw new BenchException("iperf3 gave no summary");
        }
        return streams.get(0).has("udp") ? udp(root, streams) : tcp(root, streams);
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

    private static Iperf3Result tcp(JsonNode root, List<JsonNode> streams) {
        List<JsonNode> senders =
                streams.stream().map(stream -> stream.path("sender")).toList();
        List<JsonNode> receivers =
                streams.stream().map(stream -> stream.path("receiver")).toList();
        return new Iperf3Result(
                receivers.get(0).path("end").asDouble(),
                gbps(senders),
                gbps(receivers),
                retransmits(senders),
                null,
                null,
                root.path("end").path("sender_tcp_congestion").asText(null),
                intervals(root));
    }

    /** A UDP stream has one account, which the sender began and the receiver added its losses to. */
    private static Iperf3Result udp(JsonNode root, List<JsonNode> streams) {
        List<JsonNode> flows =
                streams.stream().map(stream -> stream.path("udp")).toList();
        long packets = sum(flows, "packets");
        long lost = sum(flows, "lost_packets");
        double receivedGbps =
                flows.stream().mapToDouble(Iperf3Result::receivedGbps).sum();
        double seconds = flows.get(0).path("seconds").asDouble();
        return new Iperf3Result(seconds, gbps(flows), receivedGbps, null, packets, lost, null, intervals(root));
    }

    private static double receivedGbps(JsonNode flow) {
        double packets = flow.path("packets").asDouble();
        double lost = flow.path("lost_packets").asDouble();
        return packets == 0 ? 0 : gbps(List.of(flow)) * (packets - lost) / packets;
    }

    private static List<Sample> intervals(JsonNode root) {
        List<Sample> result = new ArrayList<>();
        for (JsonNode interval : root.path("intervals")) {
            List<JsonNode> streams = children(interval.path("streams"));
            if (!streams.isEmpty() && !streams.get(0).path("omitted").asBoolean()) {
                double end = streams.get(0).path("end").asDouble();
                result.add(new Sample(Statistics.round(end), Statistics.round(gbps(streams)), null, null));
            }
        }
        return result;
    }

    private static double gbps(List<JsonNode> flows) {
        return flows.stream()
                        .mapToDouble(flow -> flow.path("bits_per_second").asDouble())
                        .sum()
                / GIGA;
    }

    /** A sender that cannot know its retransmits says -1, which some versions print as if it had no sign. */
    private static Long retransmits(List<JsonNode> senders) {
        boolean known = senders.stream()
                .map(sender -> sender.path("retransmits"))
                .allMatch(count -> count.isNumber() && count.asDouble() >= 0 && count.asDouble() < UNKNOWN_FROM);
        return known ? sum(senders, "retransmits") : null;
    }

    private static long sum(List<JsonNode> flows, String property) {
        return flows.stream().mapToLong(flow -> flow.path(property).asLong()).sum();
    }

    private static List<JsonNode> children(JsonNode array) {
        List<JsonNode> children = new ArrayList<>();
        array.forEach(children::add);
        return children;
    }
}
