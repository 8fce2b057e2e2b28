// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.bench.host.DeviceFacts;
import io.tunloop.bench.measure.Comparison;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.plan.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    private final RowResult plain = row("limit-plain", Row.Kind.LIMIT, false, 4.0, 100);
    private final RowResult whole = row("limit-passthrough", Row.Kind.LIMIT, true, 20.0, 80);
    private final RowResult mode = row("async-gso-channel", Row.Kind.MODE, true, 10.0, 120);
    private final RowResult peer = row("peer", Row.Kind.PEER, false, 3.0, 90);
    private final List<RowResult> rows = List.of(plain, whole, mode, peer);

    @Test
    void shouldCompareEachRowWithTheLimitOfItsKind() {
        new Comparison(rows, Measure.GBPS).fill("peer");

        assertThat(mode.median(Measure.RATIO_TO_LIMIT)).isEqualTo(0.5);
        assertThat(peer.median(Measure.RATIO_TO_LIMIT)).isEqualTo(0.75);
        assertThat(mode.median(Measure.CPU_PER_GBIT_RATIO)).isEqualTo(3.0);
        assertThat(plain.median(Measure.RATIO_TO_ROW)).isEqualTo(1.3333);
    }

    @Test
    void shouldHoldEachRowAgainstTheBestLimitOfItsClassAndNameIt() {
        RowResult ring = row("limit-ring", Row.Kind.LIMIT, false, 6.0, 90);
        RowResult single = row("limit-passthrough-single", Row.Kind.LIMIT, true, 19.0, 80);
        RowResult merge = merging("limit-merge", Row.Kind.LIMIT, 8.0);
        RowResult merging = merging("async-merge", Row.Kind.MODE, 7.2);
        RowResult fastMode = row("fast", Row.Kind.MODE, false, 12.0, 90);

        new Comparison(List.of(plain, ring, whole, single, merge, mode, peer, merging, fastMode), Measure.GBPS)
                .fill(null);

        assertThat(peer.limit()).isEqualTo("limit-ring");
        assertThat(peer.median(Measure.RATIO_TO_LIMIT)).isEqualTo(0.5);
        assertThat(plain.median(Measure.RATIO_TO_LIMIT)).isEqualTo(0.6667);
        assertThat(ring.median(Measure.RATIO_TO_LIMIT)).isEqualTo(1.0);
        assertThat(fastMode.median(Measure.RATIO_TO_LIMIT)).isEqualTo(2.0);
        assertThat(mode.limit()).isEqualTo("limit-passthrough");
        assertThat(merging.limit()).isEqualTo("limit-merge");
        assertThat(merging.median(Measure.RATIO_TO_LIMIT)).isEqualTo(0.9);
    }

    @Test
    void shouldHoldAMergingRowAgainstSinglePacketsWhereTheyAreFaster() {
        RowResult merge = merging("limit-merge", Row.Kind.LIMIT, 3.0);
        RowResult merging = merging("async-merge", Row.Kind.MODE, 3.6);

        new Comparison(List.of(plain, whole, merge, merging), Measure.GBPS).fill(null);

        assertThat(merging.limit()).isEqualTo("limit-plain");
        assertThat(ResultTable.line(1, merging, List.of())).contains("write");
    }

    @Test
    void shouldTakeTheLowestLatencyForTheBestLimit() {
        RowResult ring = row("limit-ring", Row.Kind.LIMIT, false, 6.0, 90);

        new Comparison(List.of(plain, ring, peer), Measure.CPU_AVG).fill(null);

        assertThat(peer.limit()).isEqualTo("limit-ring");
        assertThat(peer.median(Measure.RATIO_TO_LIMIT)).isEqualTo(1.0);
    }

    @Test
    void shouldPrintTheColumnsOfTheTableInOrder() {
        new Comparison(rows, Measure.GBPS).fill(null);
        RowResult failed = new RowResult(new Row("bad", Row.Kind.PEER, List.of("bad"), false));
        failed.fail("it died");

        String[] lines = new ResultTable(List.of(Measure.GBPS, Measure.RETRANSMITS))
                .render(List.of(plain, whole, mode, failed))
                .split("\n");

        assertThat(cells(lines[0]))
                .containsExactly(
                        "#",
                        "Mode",
                        "Offload",
                        "Channel",
                        "Limit",
                        "Gbps",
                        "+-%",
                        "Retr",
                        "CPU Avg",
                        "CPU Max",
                        "Mem Avg",
                        "Mem Max",
                        "Sys CPU",
                        "/limit",
                        "CPU/Gbit",
                        "CPU/limit");
        assertThat(cells(lines[4]))
                .containsExactly(
                        "3",
                        "async-gso-channel",
                        "yes",
                        "yes",
                        "passthrough",
                        "10.00",
                        "-",
                        "7",
                        "120.0",
                        "-",
                        "-",
                        "-",
                        "-",
                        "0.50 ~",
                        "12.0",
                        "3.00 ~");
        assertThat(cells(lines[5])).startsWith("4", "bad (failed)", "-", "no", "-", "-");
        assertThat(lines).contains("failed: bad: it died");
        assertThat(lines[0]).hasSameSizeAs(lines[1]).hasSameSizeAs(lines[4]);
    }

    @Test
    void shouldSayOnceWhatStopsSeveralRows() {
        RowResult first = new RowResult(new Row("a", Row.Kind.PEER, List.of("a"), false));
        RowResult second = new RowResult(new Row("b", Row.Kind.PEER, List.of("b"), false));
        List.of(first, second).forEach(row -> row.fail("no namespace"));

        assertThat(ResultTable.failures(List.of(first, plain, second))).containsExactly("a, b: no namespace");
    }

    @Test
    void shouldMarkOnlyRatiosThatTheRunsDoNotProve() {
        RowResult slower = row("sync-gso", Row.Kind.MODE, true, 10.0, 120);
        for (int i = 1; i <= 3; i++) {
            whole.add(run(true, 20 + i, 80));
            slower.add(run(true, 10 + i, 120));
            mode.add(run(true, 15 + 4 * i, 120));
        }
        List<RowResult> measured = List.of(whole, mode, slower);
        new Comparison(measured, Measure.GBPS).fill(null);

        String[] lines = new ResultTable(List.of(Measure.GBPS)).render(measured).split("\n");

        assertThat(lines[2]).contains(" 1.00 |").doesNotContain(" 1.00 ~");
        assertThat(lines[3]).contains(" 0.98 ~ |");
        assertThat(lines[4]).contains(" 0.53 |");
        assertThat(slower.interval(Measure.RATIO_TO_LIMIT)).isNotNull();
        assertThat(lines).anyMatch(line -> line.startsWith("~: not proven to differ"));
    }

    @Test
    void shouldMarkARowThatWasMeasuredOnABusyMachine() {
        RowResult busy = new RowResult(new Row("m", Row.Kind.MODE, List.of("m"), false));
        busy.add(new RunResult(Map.of(Measure.GBPS, 1.0), List.of(), null, "other processes used 50 %", ""));

        String table = new ResultTable(List.of(Measure.GBPS)).render(List.of(busy));

        assertThat(table).contains("m (busy)").contains("busy: m: other processes used 50 %");
    }

    private static List<String> cells(String line) {
        return List.of(line.substring(2, line.length() - 2).split(" *\\| *"));
    }

    private static RowResult row(String label, Row.Kind kind, boolean offload, double gbps, double cpu) {
        RowResult row = new RowResult(new Row(label, kind, List.of(label), label.contains("channel")));
        row.add(run(offload, gbps, cpu));
        return row;
    }

    private static RunResult run(boolean offload, double gbps, double cpu) {
        return new RunResult(
                Map.of(
                        Measure.GBPS,
                        gbps,
                        Measure.RETRANSMITS,
                        7.0,
                        Measure.CPU_AVG,
                        cpu,
                        Measure.CPU_PER_GBIT,
                        cpu / gbps),
                List.of(),
                new DeviceFacts(2000, 1500, offload ? List.of("tcp-segmentation-offload") : List.of(), offload),
                null,
                "");
    }

    /** Merges what it writes, but reads single packets. */
    private static RowResult merging(String label, Row.Kind kind, double gbps) {
        RowResult row = new RowResult(new Row(label, kind, List.of(label), false));
        row.add(new RunResult(
                Map.of(Measure.GBPS, gbps), List.of(), new DeviceFacts(2000, 1500, List.of(), true), null, ""));
        return row;
    }
}
