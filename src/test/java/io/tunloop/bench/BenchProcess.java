// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import io.tunloop.bench.host.Topology;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A bench run in a process of its own, as a user starts it, and what it may leave on the machine. */
final class BenchProcess implements AutoCloseable {
    private static final long TIMEOUT_S = 120;
    private static final long CLEAN_UP_NS = TimeUnit.SECONDS.toNanos(20);

    private static final String TELL_PID = "echo $$ >\"$0.part\"; mv \"$0.part\" \"$0\"; exec \"$@\"";

    private final Process process;
    private final Path log;
    private final Path pidFile;

    private BenchProcess(Process process, Path log, Path pidFile) {
        this.process = process;
        this.log = log;
        this.pidFile = pidFile;
    }

    static BenchProcess start(Path folder, String... arguments) throws IOException {
        return start(folder, List.of(), Map.of(), arguments);
    }

    /**
     * @param wrapper what starts the bench, like {@code timeout 5}
     * @param environment on top of this process's own
     */
    static BenchProcess start(Path folder, List<String> wrapper, Map<String, String> environment, String... arguments)
            throws IOException {
        Path log = folder.resolve("bench.log");
        ProcessBuilder builder = builder(folder, wrapper, environment, arguments)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        return new BenchProcess(builder.start(), log, pidFile(folder));
    }

    /** Its standard output is a pipe, and only standard error goes to the log. */
    static BenchProcess startPiped(Path folder, String... arguments) throws IOException {
        Path log = folder.resolve("bench.log");
        ProcessBuilder builder = builder(folder, List.of(), Map.of(), arguments).redirectError(log.toFile());
        return new BenchProcess(builder.start(), log, pidFile(folder));
    }

    private static ProcessBuilder builder(
            Path folder, List<String> wrapper, Map<String, String> environment, String... arguments)
            throws IOException {
        Files.deleteIfExists(pidFile(folder));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(wrapper);
        // A shell that starts tests in the background may have them ignore SIGINT.
        command.addAll(List.of("sh", "-c", TELL_PID, pidFile(folder).toString(), "env", "--default-signal=INT,HUP"));
        command.addAll(List.of(java, "-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(
                "io.tunloop.cli.Main",
                "bench",
                "--report",
                folder.resolve("report").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        return builder;
    }

    private static Path pidFile(Path folder) {
        return folder.resolve("bench.pid");
    }

    InputStream output() {
        return process.getInputStream();
    }

    /** Of the bench itself, whatever has started it. */
    private long pid() throws IOException {
        while (!Files.exists(pidFile)) {
            Thread.onSpinWait();
        }
        return Long.parseLong(Files.readString(pidFile).strip());
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new AssertionError("the bench did not end within " + TIMEOUT_S + " s");
        }
        return process.exitValue();
    }

    boolean endsWithinMs(long ms) throws InterruptedException {
        return process.waitFor(ms, TimeUnit.MILLISECONDS);
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** What is left of this run once its janitor had time to clean. */
    Set<String> leftovers() throws IOException {
        long deadline = System.nanoTime() + CLEAN_UP_NS;
        Set<String> left = leftoversNow();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait(); // a killed bench has nobody to tell us that its janitor is done
            left = leftoversNow();
        }
        return left;
    }

    private Set<String> leftoversNow() throws IOException {
        String prefix = Topology.prefix(pid());
        Set<String> left = new TreeSet<>();
        addMatching(left, Path.of("/run/netns"), prefix);
        addMatching(left, Path.of(System.getProperty("java.io.tmpdir")), prefix);
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .map(BenchProcess::commandLine)
                    .filter(line -> line.contains(prefix))
                    .forEach(left::add);
        }
        return left;
    }

    private static void addMatching(Set<String> left, Path folder, String prefix) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> paths = Files.list(folder)) {
                paths.filter(path -> path.getFileName().toString().startsWith(prefix))
                        .forEach(path -> left.add(path.toString()));
            }
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline")).replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it has just ended
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
