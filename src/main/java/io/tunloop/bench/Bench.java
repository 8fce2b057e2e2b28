// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Environment;
import io.tunloop.bench.host.Janitor;
import io.tunloop.bench.host.Leftovers;
import io.tunloop.bench.host.Preflight;
import io.tunloop.bench.host.Shell;
import io.tunloop.bench.host.Topology;
import io.tunloop.bench.measure.Comparison;
import io.tunloop.bench.measure.FlameGraph;
import io.tunloop.bench.measure.Gauges;
import io.tunloop.bench.measure.JvmRecording;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.plan.BenchConfig;
import io.tunloop.bench.plan.BenchOptions;
import io.tunloop.bench.plan.Load;
import io.tunloop.bench.plan.Pinning;
import io.tunloop.bench.plan.Row;
import io.tunloop.bench.plan.Words;
import io.tunloop.bench.report.Progress;
import io.tunloop.bench.report.Report;
import io.tunloop.bench.report.ReportFiles;
import io.tunloop.bench.workload.Workload;
import io.tunloop.bench.workload.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Measures rows in rotations (A B C A B C, so that a slow minute of the machine hits all of them) and writes the reports.
 *
 * Thread: one, which starts every process and must outlive them; {@link #stop()} may come from any.
 */
public final class Bench {
    // What a run takes besides its traffic: namespaces and a forwarder, then the server.
    private static final double START_SECONDS = 1.5;
    private static final double SERVER_SECONDS = 0.5;
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    private final BenchConfig config;
    private final PrintStream out;
    private final PrintStream status;
    private final Shell shell;
    private final List<RowResult> results;
    private final Workload workload; // at no point of a sweep
    private Environment environment = Environment.UNKNOWN;

    /**
     * Checks the options and finds the rows.
     *
     * @param command how the bench was called, for the record
     * @param out gets summaries and tables
     * @param status gets progress and warnings
     * Errors: {@link IllegalArgumentException} with one line for the user.
     */
    public static Bench of(
            BenchOptions options, String command, Collection<String> modes, PrintStream out, PrintStream status) {
        return new Bench(BenchConfig.of(options, command, modes), out, status);
    }

    private Bench(BenchConfig config, PrintStream out, PrintStream status) {
        this.config = config;
        this.out = out;
        this.status = status;
        this.shell = new Shell(config.verbose() ? status : null);
        this.results = config.rows().stream().map(RowResult::new).toList();
        this.workload =
                Workloads.of(config.load(), Topology.of(ownPid(), config.load().ipv6()), TEMPORARY);
    }

    /** The words as one would type them, for the record. */
    public static String commandLine(List<String> arguments) {
        return "tunloop " + Words.withoutFolder(Words.join(arguments));
    }

    /** Ends the run early; what was measured until then is reported. */
    public void stop() {
        shell.stop("it was told to end");
    }

    /** Returns whether every row was measured. */
    @SuppressWarnings("try") // the janitor is only there to be closed
    public boolean run() throws IOException {
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Preflight.check(workload.clientCommand("", 1).get(0));
        if (config.flameGraphFolder() != null) {
            FlameGraph.preflight();
        }
        if (config.profileJvm()) {
            JvmRecording.preflight();
        }
        if (config.pinning() != Pinning.NONE) {
            Preflight.require("taskset", "bench");
        }
        ReportFiles files = new ReportFiles(config.reportFolder(), config.json(), status::println);
        files.prepare();
        try (Janitor janitor = Janitor.start(Topology.prefix(ownPid()))) {
            Workloads.preflight(config.load(), shell);
            if (config.load().congestion() != null) {
                Preflight.requireCongestionControl(config.load().congestion(), shell);
            }
            Leftovers.remove(shell);
            environment = Environment.read(
                    shell, config.load().congestion(), config.pinning().toString());
            environment.warnings().forEach(warning -> status.println("warning: " + warning));
            if (config.counters() && !environment.hasPmu()) {
                status.println("warning: cycles, instructions and cache misses are not counted: PMU: "
                        + environment.facts().get("pmu"));
            }
            rehearse(janitor.folder(), files);
            rotate(janitor.folder(), files);
            profileJvms(janitor.folder());
            drawFlameGraphs(janitor.folder());
        } catch (InterruptedException stopped) {
            status.println("stopped: what follows is what was measured until now; " + shell.whyStopped());
        } catch (BenchException e) {
            throw new IOException(e.getMessage(), e);
        }
        List<Measure> columns = workload.columns();
        List<RowResult> rows = results.stream().filter(row -> !isLeftOut(row)).toList();
        new Comparison(rows, columns.get(0)).fill(config.relativeTo());
        Report report = new Report(
                config.command(),
                started,
                shell.whyStopped(),
                config.load().kind().word(),
                columns,
                environment.with(leftOut()),
                rows);
        out.println();
        out.print(report.table());
        files.write(report);
        return !shell.isStopped() && !report.hasFailure();
    }

    /** Prints what {@link #run()} would start. */
    public void dryRun() {
        for (Row row : config.rows()) {
            out.println("# " + row.label());
            for (List<String> command : experiment(row, TEMPORARY).commands(row)) {
                out.println(Words.join(command));
            }
        }
    }

    /**
     * A short start of every row: what cannot start is found before anything is measured. A quick run is as good as that
     * itself.
     */
    private void rehearse(Path folder, ReportFiles files) throws InterruptedException {
        long startNs = System.nanoTime();
        if (!config.quick()) {
            status.println("starting each row once");
            rehearse(row -> !isCompanion(row), folder, files);
            if (isWorthwhile()) {
                rehearse(this::isCompanion, folder, files);
            }
        }
        if (isWorthwhile()) {
            status.println(estimate((System.nanoTime() - startNs) / 1e9));
        }
    }

    private void rehearse(Predicate<RowResult> which, Path folder, ReportFiles files) throws InterruptedException {
        for (RowResult result : results) {
            if (which.test(result) && isFirstOfItsLabel(result)) {
                rehearse(result, folder, files);
            }
        }
    }

    private void rehearse(RowResult result, Path folder, ReportFiles files) throws InterruptedException {
        try {
            experiment(result.row(), folder).rehearse(result.row());
        } catch (BenchException e) {
            shell.checkStopped();
            String reason = e.getMessage() + files.writeErrorOutput(result.row(), e.errorOutput());
            results.stream()
                    .filter(other -> other.row().label().equals(result.row().label()))
                    .forEach(other -> other.fail(reason));
            status.println("cannot start: " + result.row().label() + ": " + reason);
        }
    }

    /** All points of a sweep are one command line but for the load. */
    private boolean isFirstOfItsLabel(RowResult result) {
        return results.stream()
                        .filter(other -> other.row().label().equals(result.row().label()))
                        .findFirst()
                        .orElseThrow()
                == result;
    }

    /** Limits and baseline that nobody named are there for the other rows: alone they are not measured. */
    private boolean isWorthwhile() {
        return results.stream().anyMatch(result -> result.error() == null && !isCompanion(result));
    }

    private boolean isCompanion(RowResult result) {
        return config.companions().contains(result.row().label());
    }

    /** A limit that nobody named and that this machine does not have, like a ring without io_uring, fails nothing. */
    private boolean isLeftOut(RowResult result) {
        return isCompanion(result)
                && result.row().kind() == Row.Kind.LIMIT
                && result.error() != null
                && result.runs().isEmpty();
    }

    private List<String> leftOut() {
        return results.stream()
                .filter(this::isLeftOut)
                .map(row -> "without " + row.row().title() + ": " + row.error())
                .toList();
    }

    private String estimate(double rehearsalSeconds) {
        long rows = results.stream().filter(result -> result.error() == null).count();
        double overhead =
                config.quick() ? START_SECONDS : rehearsalSeconds / Math.max(1, results.size()) + SERVER_SECONDS;
        double runSeconds = Experiment.trafficSeconds(workload, config.timing()) + overhead;
        Duration duration = Duration.ofSeconds(Math.round((rows * config.rotations() + profiles()) * runSeconds));
        return String.format(
                Locale.ROOT,
                "%d rows, %d rotations: about %d:%02d min%s",
                rows,
                config.rotations(),
                duration.toMinutes(),
                duration.toSecondsPart(),
                config.until() == null ? "" : ", then more until --until or --max-time");
    }

    /** The runs that come after the rotations. */
    private long profiles() {
        return results.stream().filter(this::isProfiled).count();
    }

    private boolean isProfiled(RowResult result) {
        return config.profileJvm() && result.row().kind() == Row.Kind.MODE && result.error() == null;
    }

    private void rotate(Path folder, ReportFiles files) throws InterruptedException {
        Rotations rotations = new Rotations(config, workload.columns().get(0), results);
        Progress progress = new Progress(out, status, config.rows().size() * config.rotations());
        while (rotations.next() && isWorthwhile()) {
            for (RowResult result : results) {
                if (result.error() == null) {
                    progress.begin(result.row(), rotations.number(), config.rotations());
                    measure(result, folder, files, progress);
                    stopWhenNobodyReads();
                }
            }
        }
        rotations.unfinished().forEach(status::println);
    }

    private void measure(RowResult result, Path folder, ReportFiles files, Progress progress)
            throws InterruptedException {
        try {
            RunResult run = experiment(result.row(), folder).run(result.row());
            result.add(run);
            progress.succeeded(result.row(), run);
        } catch (BenchException e) {
            shell.checkStopped();
            String reason = e.getMessage() + files.writeErrorOutput(result.row(), e.errorOutput());
            result.fail(reason);
            progress.failed(result.row(), reason);
        }
    }

    /** A reader that has gone (a terminal that was closed, {@code | head}) waits for no further row. */
    private void stopWhenNobodyReads() throws InterruptedException {
        if (out.checkError()) {
            shell.stop("nobody reads its standard output any more");
            shell.checkStopped();
        }
    }

    /** After all that is measured, and before what costs more. Peers have no JVM that we could ask. */
    private void profileJvms(Path folder) throws InterruptedException {
        for (RowResult result : results) {
            if (isProfiled(result)) {
                status.println("profile of the JVM of " + result.row().title());
                try {
                    experiment(result.row(), folder)
                            .profileJvm(result.row(), folder)
                            .forEach(result::derive);
                } catch (BenchException e) {
                    shell.checkStopped();
                    result.fail("profile of the JVM: " + e.getMessage());
                    status.println("failed: " + e.getMessage());
                }
            }
        }
    }

    /** After all that is measured, so that nothing of it is disturbed. */
    private void drawFlameGraphs(Path folder) throws InterruptedException {
        if (config.flameGraphFolder() == null) {
            return;
        }
        FlameGraph flameGraph = new FlameGraph(shell, folder, config.flameGraphFolder());
        for (RowResult result : results) {
            if (result.row().kind() != Row.Kind.BASELINE && result.error() == null) {
                drawFlameGraph(result, flameGraph, folder);
            }
        }
    }

    private void drawFlameGraph(RowResult result, FlameGraph flameGraph, Path folder) throws InterruptedException {
        String lack = FlameGraph.lack(result.row());
        if (lack != null) {
            status.println("no flame graph of " + result.row().title() + ": " + lack);
            return;
        }
        status.println("flame graph of " + result.row().title());
        try {
            status.println("written: " + experiment(result.row(), folder).profile(result.row(), flameGraph));
        } catch (BenchException e) {
            shell.checkStopped();
            result.fail("flame graph: " + e.getMessage());
            status.println("failed: " + e.getMessage());
        }
    }

    private Experiment experiment(Row row, Path folder) {
        Load load = config.load().at(row.variation());
        Topology topology = Topology.of(ownPid(), load.ipv6());
        Gauges gauges = config.gauges() ? new Gauges(shell, topology) : null;
        return new Experiment(
                shell,
                topology,
                load,
                Workloads.of(load, topology, folder),
                config.timing(),
                gauges,
                config.pinning(),
                config.counters() && environment.hasPmu());
    }

    private static long ownPid() {
        return ProcessHandle.current().pid();
    }
}
