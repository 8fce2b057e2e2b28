// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A network namespace of a test's own, {@code tl-<pid>-<n>}, with its loopback up. Closing it ends the processes that were
 * started in it and removes it with all devices inside; so does the end of the JVM. What a killed JVM left behind is
 * removed by the next one.
 *
 * <pre>
 * try (NetNamespace ns = NetNamespace.create();
 *         TunDevice device = TunDevice.open(TunDeviceConfig.builder().netns(ns.name()).build())) {
 *     ns.run("ping", "-c1", "10.0.1.2");
 * }
 * </pre>
 */
public final class NetNamespace implements AutoCloseable {
    private static final Path NAMED = Path.of("/run/netns");
    private static final Pattern OURS = Pattern.compile("tl-(\\d+)-\\d+");
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final int TIMEOUT_SECONDS = 60;
    private static final int MAX_LINE = 200;

    static {
        removeLeftovers();
    }

    private final String name = "tl-" + ProcessHandle.current().pid() + '-' + COUNTER.incrementAndGet();
    private final List<Process> processes = new ArrayList<>();
    private final Thread atExit = new Thread(this::remove, "remove " + name);
    private boolean removed;

    private NetNamespace() {}

    /** Makes a namespace. */
    public static NetNamespace create() {
        var namespace = new NetNamespace();
        Runtime.getRuntime().addShutdownHook(namespace.atExit);
        execute(List.of("ip", "netns", "add", namespace.name));
        namespace.run("ip", "link", "set", "lo", "up");
        return namespace;
    }

    /** The name that {@code ip netns} knows, for {@code TunDeviceConfig.netns}. */
    public String name() {
        return name;
    }

    /** The file of the namespace. */
    public Path path() {
        return NAMED.resolve(name);
    }

    /** Runs a command inside and returns its output; an AssertionError with the output if it fails. */
    public String run(String... command) {
        return execute(inside(command));
    }

    /** Runs a shell command line inside. */
    public String sh(String commandLine) {
        return run("sh", "-c", commandLine);
    }

    /** Starts a command inside, with its output and errors in one stream. It ends with the namespace. */
    public synchronized Process start(String... command) {
        Process process = startProcess(inside(command));
        processes.add(process);
        return process;
    }

    /** Moves a device from this namespace into another, where it is down and has no address. */
    public void move(String device, NetNamespace to) {
        run("ip", "link", "set", device, "netns", to.name);
    }

    /** Lets all that comes in at one device go out at another, whatever it is: no IP layer looks at it on the way. */
    public void redirect(String from, String to) {
        Tools.require("tc");
        run("tc", "qdisc", "add", "dev", from, "clsact");
        // Matches the last bytes in front of the network header, since a packet may have none behind it.
        sh("tc filter add dev " + from
                + " ingress protocol all u32 match u32 0 0 at -12 action mirred egress redirect dev " + to);
    }

    private List<String> inside(String... command) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return all;
    }

    /** Ends what was started and removes the namespace; does nothing the second time. */
    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private synchronized void remove() {
        if (removed) {
            return;
        }
        removed = true;
        // First the shells, which would start again what is ended next.
        for (Process process : processes) {
            process.destroyForcibly().onExit().join();
        }
        delete(name);
    }

    /** With the processes inside, whoever started them: one that is left would keep the namespace and its devices. */
    private static void delete(String name) {
        execute(List.of("sh", "-c", "while p=$(ip netns pids " + name + ") && [ \"$p\" ]; do kill -9 $p || :; done"));
        execute(List.of("ip", "netns", "del", name));
    }

    private static String execute(List<String> command) {
        Process process = startProcess(command);
        try {
            process.getOutputStream().close();
            // Read first: a process with more output than a pipe holds would never end.
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(abbreviate(command) + " failed: " + output);
            }
            return output;
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        } catch (InterruptedException cause) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + abbreviate(command), cause);
        } finally {
            process.destroyForcibly();
        }
    }

    // A class path is of no interest.
    private static String abbreviate(List<String> command) {
        String line = String.join(" ", command);
        return line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "...";
    }

    private static Process startProcess(List<String> command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static void removeLeftovers() {
        if (!Files.isDirectory(NAMED)) {
            return;
        }
        try (Stream<Path> files = Files.list(NAMED)) {
            files.map(file -> file.getFileName().toString())
                    .filter(NetNamespace::isLeftover)
                    .forEach(NetNamespace::delete);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static boolean isLeftover(String name) {
        Matcher matcher = OURS.matcher(name);
        return matcher.matches()
                && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
    }
}
