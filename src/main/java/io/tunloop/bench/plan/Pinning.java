// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which cores client, server and forwarder run on, so that the scheduler's choice is no part of the result.
 *
 * <p>The rule: with 4 cores or more the client has the first, the server the second, the forwarder all others; with 3 each has
 * one; with 2 client and server share the first. Kernel threads and interrupts go where they like.
 *
 * @param client a list of cores as taskset takes it, like {@code 0} or {@code 2,3}; {@code null} for anywhere, then all are
 */
public record Pinning(String client, String server, String forwarder) {
    public static final Pinning NONE = new Pinning(null, null, null);

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    /** By the rule, on the cores that this process may use. */
    static Pinning here() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return on(lines.filter(line -> line.startsWith(ALLOWED))
                    .map(line -> cores(line.substring(ALLOWED.length()).strip()))
                    .findFirst()
                    .orElse(List.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Pinning on(List<Integer> cores) {
        if (cores.size() < 2) {
            throw new IllegalArgumentException("--pin needs 2 cores at least: " + cores.size());
        }
        int ends = Math.min(cores.size() - 1, 2); // cores for client and server
        String forwarder = cores.stream().skip(ends).map(String::valueOf).collect(Collectors.joining(","));
        return new Pinning(cores.get(0).toString(), cores.get(ends - 1).toString(), forwarder);
    }

    /** The cores of {@code 0-3,8}. */
    static List<Integer> cores(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            for (int core = Integer.parseInt(ends[0]); core <= Integer.parseInt(ends[ends.length - 1]); core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    public List<String> client(List<String> command) {
        return on(client, command);
    }

    public List<String> server(List<String> command) {
        return on(server, command);
    }

    /** What is client and server at once. */
    public List<String> ends(List<String> command) {
        return on(client == null || client.equals(server) ? client : client + ',' + server, command);
    }

    public List<String> forwarder(List<String> command) {
        return on(forwarder, command);
    }

    private static List<String> on(String cores, List<String> command) {
        return cores == null || command.isEmpty()
                ? command
                : Stream.concat(Stream.of("taskset", "-c", cores), command.stream())
                        .toList();
    }

    /** For the record. */
    @Override
    public String toString() {
        return client == null ? "none" : "client " + client + ", server " + server + ", forwarder " + forwarder;
    }
}
