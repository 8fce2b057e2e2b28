// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import static io.tunloop.bench.plan.BenchOptions.DEFAULT_NDR_ROTATIONS;
import static io.tunloop.bench.plan.BenchOptions.DEFAULT_ROTATIONS;
import static io.tunloop.bench.plan.BenchOptions.DEFAULT_SECONDS;
import static io.tunloop.bench.plan.BenchOptions.DEFAULT_WARM_UP_SECONDS;
import static io.tunloop.bench.plan.BenchOptions.QUICK_NDR_SECONDS;
import static io.tunloop.bench.plan.BenchOptions.QUICK_SECONDS;
import static io.tunloop.bench.plan.BenchOptions.QUICK_WARM_UP_SECONDS;

import io.tunloop.bench.plan.Load.Kind;
import io.tunloop.bench.plan.Load.Knob;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to measure and how.
 *
 * @param command how the bench was called, for the record
 * @param quick whether it is only to see that all rows work
 * @param companions labels of rows that nobody named: they are there to compare the others with
 * @param rotations how often all rows are run, one after the other
 * @param until when to add rotations; {@code null} for never
 * @param relativeTo label of the row for the second ratio column; {@code null} for none
 * @param json the result file; {@code null} for the one in the report folder only
 * @param reportFolder where the reports go
 * @param pinning which cores all of it runs on
 * @param profileJvm whether our forwarders are run once more with a flight recorder
 * @param counters whether the processor counts for each forwarder
 * @param gauges whether our forwarders serve their metrics and are asked for them
 * @param flameGraphFolder where the flame graphs go; {@code null} for none
 */
public record BenchConfig(
        String command,
        List<Row> rows,
        Set<String> companions,
        Load load,
        Timing timing,
        boolean quick,
        int rotations,
        Until until,
        String relativeTo,
        Path json,
        Path reportFolder,
        Path flameGraphFolder,
        Pinning pinning,
        boolean profileJvm,
        boolean counters,
        boolean gauges,
        boolean verbose) {
    private static final int DEFAULT_SIZE_BYTES = 64;
    private static final String UDP_SIZES = "size=64,512,1472";
    private static final int MIN_IPV6_MTU_BYTES = 1280; // RFC 8200, 5
    private static final int MAX_SECONDS = 3_600;
    private static final int MAX_ROTATIONS = 1_000;

    public static BenchConfig of(BenchOptions options, String command, Collection<String> modes) {
        Timing timing = new Timing(
                orElse(options.seconds, options.quick ? quickSeconds(options.workload) : DEFAULT_SECONDS),
                orElse(options.warmUpSeconds, options.quick ? QUICK_WARM_UP_SECONDS : DEFAULT_WARM_UP_SECONDS));
        Until until = Until.of(options);
        int rotations = orElse(
                options.rotations,
                until != null ? Until.MIN_ROTATIONS : options.quick ? 1 : rotations(options.workload));
        requireRange("--time", timing.seconds(), 1, MAX_SECONDS);
        requireRange("--warm-up", timing.warmUpSeconds(), 0, MAX_SECONDS);
        requireRange("--repeat", rotations, 1, MAX_ROTATIONS);
        List<Row> rows = sweep(RowSelection.of(options, modes), options);
        requireKnown(options.relativeTo, rows);
        Load load = load(options);
        rows.forEach(row -> requireSize(load.at(row.variation())));
        return new BenchConfig(
                command,
                rows,
                RowSelection.companions(options),
                load,
                timing,
                options.quick,
                rotations,
                until,
                options.relativeTo,
                options.json,
                options.reportFolder,
                options.flameGraph ? options.flameGraphFolder : null,
                options.pin ? Pinning.here() : Pinning.NONE,
                options.profileJvm,
                options.counters,
                options.gauges,
                options.verbose);
    }

    private static Load load(BenchOptions options) {
        new Variation(Variation.Axis.PARALLEL, options.parallel);
        if (options.mtuBytes != 0) {
            new Variation(Variation.Axis.MTU, options.mtuBytes);
        }
        int sizeBytes = options.size == null
                ? DEFAULT_SIZE_BYTES
                : Variation.parse(Variation.Axis.SIZE, options.size, "--size").value();
        if (options.reverse && options.bidirectional) {
            throw new IllegalArgumentException("--reverse and --bidir exclude each other");
        }
        Kind workload = options.workload;
        refuse(options.parallel > 1, Knob.PARALLEL, workload);
        refuse(options.reverse, Knob.REVERSE, workload);
        refuse(options.bidirectional, Knob.BIDIR, workload);
        refuse(options.size != null, Knob.SIZE, workload);
        refuse(options.congestion != null, Knob.CC, workload);
        requireIpv6Mtu(options.ipv6, options.mtuBytes);
        return new Load(
                workload,
                options.congestion,
                options.parallel,
                options.reverse,
                options.bidirectional,
                options.ipv6,
                options.mtuBytes,
                sizeBytes);
    }

    /** An option that a workload would leave aside in silence is an error. */
    private static void refuse(boolean given, Knob knob, Kind workload) {
        if (given && !workload.has(knob)) {
            throw new IllegalArgumentException(
                    knob.option() + " has no effect on --workload " + workload.word() + ", only on "
                            + Stream.of(Kind.values())
                                    .filter(kind -> kind.has(knob))
                                    .map(Kind::word)
                                    .collect(Collectors.joining(" and ")));
        }
    }

    private static void requireIpv6Mtu(boolean ipv6, int mtuBytes) {
        if (ipv6 && mtuBytes != 0 && mtuBytes < MIN_IPV6_MTU_BYTES) {
            throw new IllegalArgumentException("IPv6 needs an MTU of " + MIN_IPV6_MTU_BYTES + " at least: " + mtuBytes);
        }
    }

    /** Each row at each point, all rows of a point together. */
    private static List<Row> sweep(List<Row> rows, BenchOptions options) {
        String sweep = options.sweep;
        if (sweep == null && options.size == null) {
            sweep = defaultSweep(options);
        }
        if (sweep == null) {
            return rows;
        }
        List<Variation> points = Variation.parse(sweep);
        points.forEach(point -> check(point, options));
        return points.stream()
                .flatMap(point -> rows.stream().map(row -> row.at(point)))
                .toList();
    }

    /** The sizes of a workload whose rate depends on them; {@code null} for none. */
    private static String defaultSweep(BenchOptions options) {
        return switch (options.workload) {
            case UDP -> UDP_SIZES;
            case NDR ->
                options.quick
                        ? null
                        : "size=64,512," + Datagram.largestPayload(options.ipv6, options.mtuBytes) + ",imix";
            default -> null;
        };
    }

    private static int quickSeconds(Kind workload) {
        return workload == Kind.NDR ? QUICK_NDR_SECONDS : QUICK_SECONDS;
    }

    private static int rotations(Kind workload) {
        return workload == Kind.NDR ? DEFAULT_NDR_ROTATIONS : DEFAULT_ROTATIONS;
    }

    /** A datagram in fragments would be lost by any of them. */
    private static void requireSize(Load load) {
        if (load.kind() != Kind.NDR) {
            if (load.sizeBytes() == Load.IMIX) {
                throw new IllegalArgumentException(
                        "--size imix has no effect on --workload " + load.kind().word() + ", only on ndr");
            }
            return;
        }
        int largest = Datagram.largestPayload(load.ipv6(), load.mtuBytes());
        if (load.sizeBytes() > largest) {
            throw new IllegalArgumentException("ndr sends no fragments: with an MTU of "
                    + Datagram.largestPacket(load.mtuBytes()) + " (--mtu) --size is " + largest + " at most: "
                    + load.sizeBytes());
        }
    }

    /** What a point of a sweep sets must be as sensible as the option of that name. */
    private static void check(Variation point, BenchOptions options) {
        switch (point.axis()) {
            case PARALLEL -> refuse(true, Knob.PARALLEL, options.workload);
            case SIZE -> refuse(true, Knob.SIZE, options.workload);
            case MTU -> requireIpv6Mtu(options.ipv6, point.value());
            case THREAD -> {} // the forwarder's own
        }
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
