// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.tunloop.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * {@code tunloop forward} as a process of its own in the first of {@link TwoHosts}, with its output. It ends with the
 * hosts at the latest.
 *
 * <pre>
 * ForwardProcess forward = ForwardProcess.start(hosts, List.of(), "--mode", "async-normal");
 * forward.awaitLine("tunloop: ready");
 * </pre>
 */
public final class ForwardProcess {
    /** A prefix: every packet is a system call of its own, which strace can let fail; what an io_uring does it cannot. */
    public static final List<String> WITHOUT_RING = List.of("env", "JAVA_TOOL_OPTIONS=-Dio.tunloop.ring=false");

    // What a test run under nohup or in a shell's background ignores, its children would ignore too, a JVM included.
    private static final List<String> HEARS_SIGNALS = List.of("env", "--default-signal=HUP,INT,QUIT");

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private final TwoHosts hosts;
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private ForwardProcess(TwoHosts hosts, Process process) {
        this.hosts = hosts;
        this.process = process;
        var reader = new Thread(this::readLines, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it between the devices of the hosts. @param prefix words before the command, like those of env(1) */
    public static ForwardProcess start(TwoHosts hosts, List<String> prefix, String... arguments) {
        return new ForwardProcess(hosts, hosts.host1().start(command(hosts, prefix, arguments)));
    }

    /** Starts it with devices that the arguments name: {@code --fd1} and so on. */
    public static ForwardProcess startWith(TwoHosts hosts, List<String> prefix, String... arguments) {
        return new ForwardProcess(hosts, hosts.host1().start(command(prefix, arguments)));
    }

    /**
     * Starts it between the devices of the hosts as users do, with {@code scripts/tunloop}.
     *
     * @param folder for files of its own
     * @param jvmOptions stronger than the script's
     */
    public static ForwardProcess launch(TwoHosts hosts, Path folder, List<String> jvmOptions, String... arguments) {
        var command = new ArrayList<>(HEARS_SIGNALS);
        command.addAll(Launcher.command(folder, jvmOptions));
        command.add("forward");
        command.addAll(devices(hosts));
        command.addAll(List.of(arguments));
        return new ForwardProcess(hosts, hosts.host1().start(command.toArray(String[]::new)));
    }

    private static String[] command(TwoHosts hosts, List<String> prefix, String... arguments) {
        var all = devices(hosts);
        all.addAll(List.of(arguments));
        return command(prefix, all.toArray(String[]::new));
    }

    private static List<String> devices(TwoHosts hosts) {
        var all = new ArrayList<>(List.of("--iface1", "tun11", "--ip1", TwoHosts.ADDRESS_1 + "/24"));
        all.addAll(List.of("--netns1", hosts.host1().name(), "--route1", "10.0.2.0/24"));
        all.addAll(List.of("--iface2", "tun22", "--ip2", TwoHosts.ADDRESS_2 + "/24"));
        all.addAll(List.of("--netns2", hosts.host2().name(), "--route2", "10.0.1.0/24"));
        return all;
    }

    private static String[] command(List<String> prefix, String... arguments) {
        var all = new ArrayList<>(List.of("forward"));
        all.addAll(List.of(arguments));
        var command = new ArrayList<>(HEARS_SIGNALS);
        command.addAll(prefix);
        command.addAll(JavaProcess.command(Main.class, all.toArray(String[]::new)));
        return command.toArray(String[]::new);
    }

    private void readLines() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException closed) {
            add("(output ended: " + closed.getMessage() + ")");
        } finally {
            end();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Returns the first line with this text, when there is one; an AssertionError when the process ends without it. */
    public String awaitLine(String text) {
        return await(all -> all.stream().anyMatch(line -> line.contains(text)), "a line with '" + text + "'").stream()
                .filter(line -> line.contains(text))
                .findFirst()
                .orElseThrow();
    }

    /** Returns all lines when there are that many with this text. */
    public List<String> awaitLines(long count, String text) {
        return await(
                all -> all.stream().filter(line -> line.contains(text)).count() >= count,
                count + " lines with '" + text + "'");
    }

    private synchronized List<String> await(Predicate<List<String>> condition, String what) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        try {
            while (!condition.test(lines)) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (ended || leftMs <= 0) {
                    throw new AssertionError("no " + what + " in: " + String.join("\n", lines));
                }
                wait(leftMs);
            }
            return List.copyOf(lines);
        } catch (InterruptedException cause) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", cause);
        }
    }

    /** What it has printed so far. */
    public synchronized String output() {
        return String.join("\n", lines);
    }

    public long pid() {
        return process.pid();
    }

    /** Sends a signal, like TERM. */
    public void signal(String name) {
        hosts.host1().run("kill", "-" + name, Long.toString(pid()));
    }

    /**
     * Lets strace play what the kernel does not do on request: system calls on the devices fail from now on, and until the
     * process that this returns has ended on SIGTERM; SIGKILL would take the traced one along.
     *
     * @param fault system calls and what becomes of them, like {@code write,writev:error=EIO}; with {@code :when=1..5} for
     *     a process that shall live on, since strace that ends in the middle of a fault leaves a call that returns ENOSYS
     */
    public Process inject(String fault) {
        Tools.require("strace");
        String calls = fault.substring(0, fault.indexOf(':'));
        String options = "-f -qq -o /dev/null -P /dev/net/tun -e trace=" + calls + " -e inject=" + fault;
        return hosts.host1().start(("strace -p " + pid() + ' ' + options).split(" "));
    }

    /** Waits for its end and returns its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_NS, TimeUnit.NANOSECONDS)) {
            throw new AssertionError("still running: " + output());
        }
        await(all -> isEnded(), "end of the output");
        return process.exitValue();
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    /** Asks the endpoint that {@code --metrics 9464} opens; an AssertionError for any answer but 200. */
    public String get(String path) {
        return hosts.host1()
                .run(
                        "curl",
                        "-sSf",
                        "-m10",
                        URI.create("http://127.0.0.1:9464" + path).toString());
    }

    /** The value of a metric. @param series name with labels, as Prometheus prints them */
    public double metric(String series) {
        return get("/metrics")
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series));
    }
}
