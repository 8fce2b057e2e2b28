// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A bench run in a process of its own, as a user starts it, and what it may leave on the machine. */
final class BenchProcess implements AutoCloseable {
    private static final long TIMEOUT_S = 120;
    private static final long CLEAN_UP_NS = TimeUnit.SECONDS.toNanos(20);

    private final Process process;
    private final Path log;

    private BenchProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static BenchProcess start(Path folder, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // A shell that starts tests in the background may have them ignore SIGINT.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                java,
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tunloop.cli.Main",
                "bench",
                "--report",
                folder.resolve("report").toString()));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("bench.log");
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new BenchProcess(process, log);
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
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
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
        String prefix = Topology.prefix(process.pid());
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
