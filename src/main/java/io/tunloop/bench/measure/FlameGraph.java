// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.Preflight;
import io.tunloop.bench.host.Shell;
import io.tunloop.bench.host.WholeFile;
import io.tunloop.bench.plan.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Draws where a forwarder's CPU time goes while traffic runs: {@code <label>-flamegraph.svg}.
 *
 * <p>Stacks come from async-profiler for ours (Java, native and kernel frames), loaded into the running process only for the
 * time of the traffic, and from perf for others. The drawing is made by flamegraph.pl.
 */
public final class FlameGraph {
    private static final String RENDERER = "flamegraph.pl";

    /** Where Debian has it, which is not on the PATH. */
    private static final Path DEBIANS_RENDERER = Path.of("/usr/share/perl5/Devel/NYTProf/flamegraph.pl");

    private static final String SAMPLES_PER_SECOND = "999";
    private static final String INTERVAL_NS = "1001001";
    private static final long TOOL_TIMEOUT_MS = 60_000;

    private final Shell shell;
    private final Path temporary;
    private final Path folder;

    /**
     * @param temporary for recordings
     * @param folder for the drawings
     */
    public FlameGraph(Shell shell, Path temporary, Path folder) {
        this.shell = shell;
        this.temporary = temporary;
        this.folder = folder;
    }

    /** What every drawing needs must be there before anything is measured. */
    public static void preflight() throws IOException {
        Jcmd.preflight();
        if (!Files.exists(DEBIANS_RENDERER) && !Preflight.isOnPath(RENDERER)) {
            throw new IOException(Preflight.lack(RENDERER, "flamegraph"));
        }
    }

    /** Why this row cannot be drawn here, in one line; null if it can. */
    public static String lack(Row row) {
        return row.kind() == Row.Kind.MODE || Preflight.isOnPath("perf") ? null : Preflight.lack("perf", "flamegraph");
    }

    /** Begins to record; {@link Recording#draw} ends it. */
    public Recording start(Row row, Child forwarder) throws BenchException, InterruptedException {
        return row.kind() == Row.Kind.MODE ? new Profiler(row, forwarder) : new Perf(row, forwarder);
    }

    Path drawing(Row row) {
        return folder.resolve(row.fileName() + "-flamegraph.svg");
    }

    /** Stacks being collected. */
    public interface Recording {
        /** Returns the file drawn. */
        Path draw() throws BenchException, InterruptedException;
    }

    private Path render(Row row, Path stacks, String palette) throws BenchException, InterruptedException {
        String svg = shell.run(
                List.of(
                        Files.exists(DEBIANS_RENDERER) ? DEBIANS_RENDERER.toString() : RENDERER,
                        "--title=" + row.title(),
                        "--colors=" + palette,
                        "--minwidth=1",
                        stacks.toString()),
                TOOL_TIMEOUT_MS);
        if (!svg.contains("<svg")) {
            throw new BenchException("flamegraph.pl drew nothing: no samples");
        }
        try {
            WholeFile.write(drawing(row), svg + '\n');
            return drawing(row);
        } catch (IOException e) {
            throw new BenchException(e.getMessage(), e);
        }
    }

    /** Ours: async-profiler's agent, commanded through the JVM's attach mechanism. */
    private final class Profiler implements Recording {
        private final Row row;
        private final Child forwarder;
        private final Path library = temporary.resolve("libasyncProfiler.so");
        private final Path stacks = temporary.resolve("stacks.collapsed");

        Profiler(Row row, Child forwarder) throws BenchException, InterruptedException {
            this.row = row;
            this.forwarder = forwarder;
            unpack();
            command("start,event=cpu,threads,interval=" + INTERVAL_NS);
        }

        @Override
        public Path draw() throws BenchException, InterruptedException {
            command("stop,collapsed,ann,threads,file=" + stacks);
            return render(row, rewrite(stacks, FlameGraph::foldThreads), "java");
        }

        private void command(String options) throws BenchException, InterruptedException {
            String answer = Jcmd.run(
                    shell,
                    forwarder,
                    "JVMTI.agent_load",
                    library.toString(),
                    '"' + options + '"'); // jcmd itself would read event=cpu as an option of its own
            if (!answer.contains("return code: 0")) {
                throw new BenchException("async-profiler: " + answer.replace('\n', ' '));
            }
        }

        private void unpack() throws BenchException {
            String resource = (System.getProperty("os.arch").equals("aarch64") ? "linux-arm64" : "linux-x64")
                    + "/libasyncProfiler.so";
            try (InputStream in = FlameGraph.class.getClassLoader().getResourceAsStream(resource)) {
                if (in == null) {
                    throw new BenchException("async-profiler is not on the class path: no " + resource);
                }
                Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING); // also what a full disk cut short
            } catch (IOException e) {
                throw new BenchException("cannot unpack async-profiler: " + e.getMessage(), e);
            }
        }
    }

    /** Others: perf, whose own report folds the stacks. */
    private final class Perf implements Recording {
        private final Row row;
        private final Path data = temporary.resolve("perf.data");
        private final Child perf;

        Perf(Row row, Child forwarder) throws BenchException, InterruptedException {
            this.row = row;
            perf = shell.start(List.of(
                    "perf",
                    "record",
                    "-q",
                    "-F",
                    SAMPLES_PER_SECOND,
                    "-g",
                    "-p",
                    Long.toString(forwarder.pid()),
                    "-o",
                    data.toString()));
        }

        @Override
        public Path draw() throws BenchException, InterruptedException {
            perf.terminate(); // perf writes its file on SIGTERM
            String report = shell.run(
                    List.of(
                            "perf",
                            "report",
                            "-i",
                            data.toString(),
                            "--stdio",
                            "--no-children",
                            "-g",
                            "folded,0,caller,count",
                            "-s",
                            "comm"),
                    TOOL_TIMEOUT_MS);
            return render(row, write(fold(report.lines())), "hot");
        }
    }

    /**
     * Threads without their numbers, methods without how they were compiled, and the compiler's work as one frame: it is no
     * part of the packet path.
     */
    static List<String> foldThreads(Stream<String> stacks) {
        return stacks.map(line -> line.replaceFirst("^\\[([^;]*?) tid=\\d+\\]", "[$1]"))
                .map(line -> line.replaceFirst("^\\[C[12] CompilerThre[^;]*;.* (\\d+)$", "[JIT compiler] $1"))
                .map(line -> line.replaceAll("_\\[[01i]\\](?=[; ])", "_[j]"))
                .toList();
    }

    private Path rewrite(Path stacks, Function<Stream<String>, List<String>> folding) throws BenchException {
        try (Stream<String> lines = Files.lines(stacks)) {
            return write(folding.apply(lines));
        } catch (IOException e) {
            throw new BenchException("cannot read the stacks: " + e.getMessage(), e);
        }
    }

    private Path write(List<String> stacks) throws BenchException {
        try {
            return Files.write(temporary.resolve("stacks.folded"), stacks);
        } catch (IOException e) {
            throw new BenchException("cannot write the stacks: " + e.getMessage(), e);
        }
    }

    /** perf prints the count first, flamegraph.pl wants it last. */
    static List<String> fold(Stream<String> report) {
        return report.filter(line -> line.matches("\\d+ \\S.*"))
                .map(line -> {
                    int space = line.indexOf(' ');
                    return line.substring(space + 1) + ' ' + line.substring(0, space);
                })
                .toList();
    }
}
