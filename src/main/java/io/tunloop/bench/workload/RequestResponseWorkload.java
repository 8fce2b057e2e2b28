// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Request and response over one TCP connection, one at a time, by sockperf.
 *
 * <p>sockperf prints half of each round trip; here it is the whole one, from the log of its single messages.
 *
 * @param sizeBytes of a message
 * @param log where sockperf writes a line for each message
 */
record RequestResponseWorkload(int sizeBytes, Path log) implements Workload {
    private static final String PORT = "11111";
    private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)");

    /** Before 3.8 sockperf knows IPv4 only. A version that it does not tell is none to refuse. */
    static void requireIpv6(String version) throws BenchException {
        Matcher numbers = VERSION.matcher(version);
        if (numbers.find()) {
            int major = Integer.parseInt(numbers.group(1));
            int minor = Integer.parseInt(numbers.group(2));
            if (major < 3 || major == 3 && minor < 8) {
                throw new BenchException("--workload rr --ipv6 needs sockperf 3.8 or newer: " + numbers.group());
            }
        }
    }

    @Override
    public List<String> serverCommand(String address) {
        return List.of("stdbuf", "-oL", "sockperf", "server", "-i", address, "-p", PORT, "--tcp");
    }

    @Override
    public String serverReady() {
        return "to block on socket";
    }

    @Override
    public List<String> clientCommand(String address, int seconds) {
        return List.of(
                "sockperf",
                "ping-pong",
                "-i",
                address,
                "-p",
                PORT,
                "--tcp",
                "-t",
                Integer.toString(seconds),
                "-m",
                Integer.toString(sizeBytes),
                "--full-log",
                log.toString());
    }

    @Override
    public Traffic parse(String output) throws BenchException {
        if (!Files.exists(log)) {
            throw new BenchException("sockperf: "
                    + output.lines().reduce((first, second) -> second).orElse("no log"));
        }
        try (Stream<String> lines = Files.lines(log)) {
            return parse(lines);
        } catch (IOException e) {
            throw new BenchException("cannot read sockperf's log: " + e.getMessage(), e);
        }
    }

    Traffic parse(Stream<String> lines) throws BenchException {
        SockperfLog read = SockperfLog.read(lines);
        var measures = read.latencies().measures();
        measures.put(Measure.ROUND_TRIPS_PER_SECOND, Statistics.round(read.roundTripsPerSecond()));
        return new Traffic(measures, List.of(), read.latencies().summary());
    }

    @Override
    public List<Measure> columns() {
        return Stream.concat(Stream.of(Measure.ROUND_TRIPS_PER_SECOND), Measure.LATENCY_COLUMNS.stream())
                .toList();
    }

    @Override
    public boolean isRepeatedUnderLoad() {
        return true;
    }
}
