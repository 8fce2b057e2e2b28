// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.TwoHosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The daemon between two hosts with the memory that its launcher grants, for tests of what peers can do to it: what it takes
 * of that, and what it says at the end of what became of each packet.
 */
final class LaunchedDaemon {
    private static final long MAX_RESIDENT_KIB = 144 << 10;
    private static final double MAX_DIRECT_BYTES = 32 << 20;
    // None of these is anything that a peer can cause.
    private static final List<String> NOT_BY_PEERS = List.of("device_down", "refused", "queue_full", "shutdown");

    private final ForwardProcess process;
    private final Path summary;

    private LaunchedDaemon(ForwardProcess process, Path summary) {
        this.process = process;
        this.summary = summary;
    }

    /** Starts it; when this returns it forwards, and the second host has an IPv6 address too. @param folder for its files */
    static LaunchedDaemon launch(TwoHosts hosts, Path folder, String mode) {
        Path summary = folder.resolve("summary.json");
        var process = ForwardProcess.launch(
                hosts, folder, List.of(), "--mode", mode, "--metrics", "9464", "--summary-json", summary.toString());
        process.awaitLine("tunloop: ready");
        hosts.host2().run("ip", "-6", "addr", "add", TwoHosts.IPV6_ADDRESS_2 + "/64", "dev", "tun22", "nodad");
        return new LaunchedDaemon(process, summary);
    }

    /** What it has printed, and its meters while it lives: for the message of a test that fails. */
    String describe() {
        try {
            return process.output()
                    + process.get("/metrics")
                            .lines()
                            .filter(line -> line.startsWith("tunloop_") && !line.endsWith(" 0.0"))
                            .collect(Collectors.joining("\n", "\n", ""));
        } catch (AssertionError ended) {
            return process.output();
        }
    }

    /** The value of a counter. @param series name with labels, as Prometheus prints them */
    long counter(String series) {
        return (long) process.metric(series);
    }

    /** The packets that it has lost for one reason, by the device that they came from or were for. */
    long dropped(String device, String reason) {
        return counter("tunloop_dropped_total{device=\"" + device + "\",reason=\"" + reason + "\"}");
    }

    /** The packets and frames that it has read from a device or written to it. */
    long packets(String device, String direction) {
        return counter("tunloop_packets_total{device=\"" + device + "\",direction=\"" + direction + "\"}");
    }

    long residentKib() {
        return statusKib("VmRSS");
    }

    private long statusKib(String field) {
        try {
            String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
            Matcher matcher = Pattern.compile(field + ":\\s*(\\d+) kB").matcher(status);
            assertThat(matcher.find()).as("%s of a process that lives", field).isTrue();
            return Long.parseLong(matcher.group(1));
        } catch (IOException ended) {
            throw new AssertionError("the daemon has ended", ended);
        }
    }

    /** It has never had more memory than it may have. */
    void assertMemoryIsBounded() {
        assertThat(statusKib("VmHWM")).as("resident KiB at most").isLessThan(MAX_RESIDENT_KIB);
        assertThat(process.metric("tunloop_allocator_used_bytes{memory=\"direct\"}")
                        + process.metric("jvm_buffer_memory_used_bytes{id=\"direct\"}"))
                .as("direct bytes")
                .isLessThan(MAX_DIRECT_BYTES);
    }

    /** Ends it as users do: it had nothing to complain of, and all that it has read it has written, or dropped and counted. */
    void assertNothingWasLostInSilence() throws Exception {
        process.signal("TERM");
        assertThat(process.exitCode()).isZero();
        assertThat(process.output()).doesNotContain("LEAK", "ERROR", "\tat ");
        for (JsonNode way : new ObjectMapper().readTree(summary.toFile()).get("directions")) {
            assertThat(way.get("read").asLong())
                    .as("read of %s", way)
                    .isEqualTo(way.get("written").asLong() + way.get("dropped").asLong());
            for (String reason : NOT_BY_PEERS) {
                assertThat(way.get("droppedBy").get(reason).asLong())
                        .as("%s of %s", reason, way)
                        .isZero();
            }
        }
    }
}
