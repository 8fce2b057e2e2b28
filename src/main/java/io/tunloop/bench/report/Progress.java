// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.plan.Row;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** Tells on the terminal what is running, what each run gave, and how long the rest will take. */
public final class Progress {
    private final PrintStream out;
    private final PrintStream status;
    private final int total;
    private final long startNs = System.nanoTime();
    private int done;

    /**
     * @param out gets the summaries
     * @param status gets what is only of interest while it runs
     */
    public Progress(PrintStream out, PrintStream status, int total) {
        this.out = out;
        this.status = status;
        this.total = total;
    }

    public void begin(Row row, int rotation, int rotations) {
        if (rotation > rotations) { // added, nobody knows how many
            status.printf("[%d] %s, run %d%n", done + 1, row.title(), rotation);
        } else {
            status.printf(
                    "[%d/%d] %s, run %d of %d%s%n", done + 1, total, row.title(), rotation, rotations, remaining());
        }
    }

    public void succeeded(Row row, RunResult run) {
        done++;
        out.println("== " + row.title());
        out.println("  iperf3 summary:  " + run.summary());
        if (run.measures().containsKey(Measure.CPU_AVG)) {
            out.println("  Monitor Summary: " + monitor(run.measures()) + ", "
                    + run.series().size() + " samples");
        }
        if (run.busy() != null) {
            out.println("  doubtful: " + run.busy());
        }
    }

    public void failed(Row row, String reason) {
        done++;
        out.println("== " + row.title());
        out.println("  failed: " + reason);
    }

    private static String monitor(Map<Measure, Double> measures) {
        return String.format(
                Locale.ROOT,
                "CPU avg %.1f %% max %.1f %%, memory avg %.1f MiB max %.1f MiB, %.0f packets dropped by the devices",
                measures.get(Measure.CPU_AVG),
                measures.get(Measure.CPU_MAX),
                measures.get(Measure.MEM_AVG),
                measures.get(Measure.MEM_MAX),
                measures.getOrDefault(Measure.TX_DROPPED, 0.0));
    }

    private String remaining() {
        if (done == 0) {
            return "";
        }
        Duration left = Duration.ofNanos((System.nanoTime() - startNs) / done * (total - done));
        return String.format(Locale.ROOT, " (about %d:%02d min left)", left.toMinutes(), left.toSecondsPart());
    }
}
