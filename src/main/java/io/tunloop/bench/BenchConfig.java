// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static io.tunloop.bench.BenchOptions.DEFAULT_ROTATIONS;
import static io.tunloop.bench.BenchOptions.DEFAULT_SECONDS;
import static io.tunloop.bench.BenchOptions.DEFAULT_WARM_UP_SECONDS;
import static io.tunloop.bench.BenchOptions.QUICK_SECONDS;
import static io.tunloop.bench.BenchOptions.QUICK_WARM_UP_SECONDS;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * What to measure and how.
 *
 * @param command how the bench was called, for the record
 * @param rotations how often all rows are run, one after the other
 * @param congestion congestion control of TCP; {@code null} for the kernel's default
 * @param relativeTo label of the row for the second ratio column; {@code null} for none
 * @param json the result file; {@code null} for the one in the report folder only
 * @param reportFolder where the reports go
 */
record BenchConfig(
        String command,
        List<Row> rows,
        Workload workload,
        Experiment.Timing timing,
        int rotations,
        boolean ipv6,
        String congestion,
        String relativeTo,
        Path json,
        Path reportFolder,
        boolean verbose) {
    private static final int MAX_SECONDS = 3_600;
    private static final int MAX_ROTATIONS = 1_000;

    static BenchConfig of(BenchOptions options, String command, Collection<String> modes) {
        Experiment.Timing timing = new Experiment.Timing(
                orElse(options.seconds, options.quick ? QUICK_SECONDS : DEFAULT_SECONDS),
                orElse(options.warmUpSeconds, options.quick ? QUICK_WARM_UP_SECONDS : DEFAULT_WARM_UP_SECONDS));
        int rotations = orElse(options.rotations, options.quick ? 1 : DEFAULT_ROTATIONS);
        requireRange("--time", timing.seconds(), 1, MAX_SECONDS);
        requireRange("--warm-up", timing.warmUpSeconds(), 0, MAX_SECONDS);
        requireRange("--repeat", rotations, 1, MAX_ROTATIONS);
        List<Row> rows = RowSelection.of(options, modes);
        requireKnown(options.relativeTo, rows);
        return new BenchConfig(
                command,
                rows,
                new TcpWorkload(options.congestion, 1, false, false),
                timing,
                rotations,
                false,
                options.congestion,
                options.relativeTo,
                options.json,
                options.reportFolder,
                options.verbose);
    }

    private static int orElse(Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private static void requireRange(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(option + " must be " + min + ".." + max + ": " + value);
        }
    }

    private static void requireKnown(String relativeTo, List<Row> rows) {
        if (relativeTo != null && rows.stream().noneMatch(row -> row.label().equals(relativeTo))) {
            throw new IllegalArgumentException("--relative-to names no row: " + relativeTo + "; rows: "
                    + String.join(", ", rows.stream().map(Row::label).toList()));
        }
    }
}
