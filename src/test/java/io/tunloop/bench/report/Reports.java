// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.host.DeviceFacts;
import io.tunloop.bench.host.Environment;
import io.tunloop.bench.measure.Comparison;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.measure.Sample;
import io.tunloop.bench.plan.Row;
import io.tunloop.bench.plan.Variation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Reports with numbers that a test chooses. */
final class Reports {
    static final DeviceFacts OFFLOADED = new DeviceFacts(4000, 1500, List.of("tcp-segmentation-offload"), true);
    static final DeviceFacts PLAIN = new DeviceFacts(4000, 1500, List.of(), false);

    private Reports() {}

    static Report of(String workload, List<Measure> columns, List<RowResult> rows) {
        new Comparison(rows, columns.get(0)).fill(null);
        Environment environment = new Environment(Map.of("kernel", "6.18", "cores", 2), List.of("only 2 cores"));
        return new Report(
                "tunloop bench", Instant.parse("2026-01-02T03:04:05Z"), null, workload, columns, environment, rows);
    }

    static Report of(RowResult... rows) {
        return of("tcp", List.of(Measure.GBPS), List.of(rows));
    }

    static RowResult row(String label, Row.Kind kind, DeviceFacts device, Measure measure, double... runs) {
        RowResult row = new RowResult(new Row(label, kind, List.of(), false));
        for (double value : runs) {
            row.add(new RunResult(Map.of(measure, value), List.of(), device, null, ""));
        }
        return row;
    }

    static RowResult limit(double... gbps) {
        return row("limit-passthrough", Row.Kind.LIMIT, OFFLOADED, Measure.GBPS, gbps);
    }

    static RowResult mode(String label, double... gbps) {
        return row(label, Row.Kind.MODE, OFFLOADED, Measure.GBPS, gbps);
    }

    static RowResult peer(String label, double... gbps) {
        return row(label, Row.Kind.PEER, OFFLOADED, Measure.GBPS, gbps);
    }

    /** With a series of so many seconds in each of so many runs. */
    static RowResult lasting(String label, int runs, int seconds) {
        RowResult row = new RowResult(new Row(label, Row.Kind.MODE, List.of(), false));
        for (int run = 0; run < runs; run++) {
            double offset = run / 100.0;
            List<Sample> series = IntStream.rangeClosed(1, seconds)
                    .mapToObj(second -> new Sample(second + offset, 20.1234 + second % 7, 69.4321 + offset, 61.7654))
                    .toList();
            row.add(new RunResult(Map.of(Measure.GBPS, 23.0 + offset), series, OFFLOADED, null, ""));
        }
        return row;
    }

    /** Round trips alone and beside a TCP stream, of three rows. */
    static Report roundTrips() {
        List<RowResult> rows = List.of(
                roundTrips("limit-passthrough", Row.Kind.LIMIT, 24),
                roundTrips("async-passthrough", Row.Kind.MODE, 29),
                roundTrips("other", Row.Kind.PEER, 55));
        return of("rr", List.of(Measure.ROUND_TRIPS_PER_SECOND, Measure.LATENCY_P50, Measure.LATENCY_P99), rows);
    }

    private static RowResult roundTrips(String label, Row.Kind kind, double p50Us) {
        RowResult row = new RowResult(new Row(label, kind, List.of(), false));
        for (int run = 0; run < 6; run++) {
            double us = p50Us + run;
            Map<Measure, Double> measures = Map.of(
                    Measure.ROUND_TRIPS_PER_SECOND, 1e6 / us,
                    Measure.LATENCY_P50, us,
                    Measure.LATENCY_P90, us * 1.4,
                    Measure.LATENCY_P99, us * 3,
                    Measure.LATENCY_MAX, us * 40,
                    Measure.LOADED_P50, us * 4,
                    Measure.LOADED_P90, us * 6,
                    Measure.LOADED_P99, us * 12,
                    Measure.LOADED_MAX, us * 90);
            row.add(new RunResult(measures, List.of(), OFFLOADED, null, ""));
        }
        return row;
    }

    /** Two rows at 1, 2, 4, 8 and 16 streams. */
    static Report sweep() {
        List<RowResult> rows = new ArrayList<>();
        for (int streams = 1; streams <= 16; streams *= 2) {
            rows.add(at(streams, "limit-passthrough", Row.Kind.LIMIT, 20 + Math.sqrt(streams)));
            rows.add(at(streams, "async-gso", Row.Kind.MODE, 19 + Math.sqrt(streams) / 2));
        }
        return of("tcp", List.of(Measure.GBPS), rows);
    }

    private static RowResult at(int streams, String label, Row.Kind kind, double gbps) {
        Variation point = new Variation(Variation.Axis.PARALLEL, streams);
        RowResult row = new RowResult(new Row(label, kind, List.of(), false, point));
        for (double value : new double[] {gbps - 1, gbps, gbps + 0.5}) {
            row.add(new RunResult(Map.of(Measure.GBPS, value), List.of(), OFFLOADED, null, ""));
        }
        return row;
    }
}
