// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The namespaces of one run. Closing removes them with the processes in them, also those that could not be made whole: what
 * is left of one would be in the way of every later run.
 */
@SuppressWarnings("try") // javac fears for an interrupt that close() throws: it ends the bench, as any other does
public final class Namespaces implements AutoCloseable {
    static final Path FOLDER = Path.of("/run/netns");

    private final Shell shell;
    private final Topology topology;

    public Namespaces(Shell shell, Topology topology) {
        this.shell = shell;
        this.topology = topology;
    }

    /** Where the namespace of this name is, or would be. */
    public static Path file(String name) {
        return FOLDER.resolve(name);
    }

    public void create() throws BenchException, InterruptedException {
        for (List<String> command : topology.createCommands()) {
            shell.run(command);
        }
        if (topology.ipv6() && !hasIpv6()) {
            throw new BenchException("this machine's namespaces have no IPv6 (net.ipv6.conf.default.disable_ipv6):"
                    + " measure without --ipv6, or turn it on");
        }
    }

    private boolean hasIpv6() throws InterruptedException {
        try {
            return shell.run(topology.ipv6Command()).equals("0");
        } catch (BenchException notInThisKernel) {
            return false;
        }
    }

    /** A stopped bench leaves this to its janitor: its shell starts nothing any more. */
    @Override
    public void close() throws BenchException, InterruptedException {
        if (!shell.isStopped()) {
            remove(shell, topology.namespace1());
            remove(shell, topology.namespace2());
        }
    }

    static void remove(Shell shell, String name) throws BenchException, InterruptedException {
        Path path = file(name);
        if (!Files.exists(path)) {
            return;
        }
        try {
            killProcesses(shell, name);
            shell.run(List.of("ip", "netns", "delete", name));
        } catch (BenchException e) {
            removeHalfMade(path, e);
        }
    }

    private static void killProcesses(Shell shell, String name) throws BenchException, InterruptedException {
        for (String pid :
                shell.run(List.of("ip", "netns", "pids", name)).strip().split("\\s+")) {
            if (!pid.isEmpty()) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** A name that no namespace was given yet is a plain file. */
    private static void removeHalfMade(Path path, BenchException cause) throws BenchException {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            cause.addSuppressed(e);
            throw cause;
        }
    }
}
