// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.plan.RowParser;
import io.tunloop.bench.plan.Variation;
import java.util.List;
import java.util.Objects;

/** Fills in the figures that come from comparing rows: the ratios to the limit and to a chosen row. */
public final class Comparison {
    private final List<RowResult> rows;
    private final Measure primary;

    /** @param primary the figure that rows are compared by */
    public Comparison(List<RowResult> rows, Measure primary) {
        this.rows = rows;
        this.primary = primary;
    }

    /** @param relativeTo the label of the chosen row; {@code null} for none */
    public void fill(String relativeTo) {
        for (RowResult row : rows) {
            Boolean offload = row.offload();
            if (offload != null) {
                RowResult limit = find(offload ? RowParser.LIMIT_PASSTHROUGH : RowParser.LIMIT_PLAIN, row);
                compare(row, limit, primary, Measure.RATIO_TO_LIMIT);
                compare(row, limit, Measure.CPU_PER_GBIT, Measure.CPU_PER_GBIT_RATIO);
            }
            if (relativeTo != null) {
                compare(row, find(relativeTo, row), primary, Measure.RATIO_TO_ROW);
            }
        }
    }

    private static void compare(RowResult row, RowResult to, Measure by, Measure ratio) {
        if (to == null) {
            return;
        }
        row.derive(ratio, Statistics.ratio(row.median(by), to.median(by)));
        if (row != to) {
            row.compare(ratio, Significance.pValue(row.values(by), to.values(by)));
            deriveEachRun(row, to, by, ratio);
        }
    }

    /** Of runs of one rotation, which had the same minute of the machine. A row that has failed has fewer. */
    private static void deriveEachRun(RowResult row, RowResult to, Measure by, Measure ratio) {
        int runs = Math.min(row.runs().size(), to.runs().size());
        for (int i = 0; i < runs; i++) {
            Double value = Statistics.ratio(
                    row.runs().get(i).measures().get(by),
                    to.runs().get(i).measures().get(by));
            if (value != null) {
                row.runs().get(i).measures().put(ratio, value);
            }
        }
    }

    /** The row of this label at the same point of a sweep as {@code peer}. */
    private RowResult find(String label, RowResult peer) {
        Variation variation = peer.row().variation();
        return rows.stream()
                .filter(row -> row.row().label().equals(label))
                .filter(row -> Objects.equals(row.row().variation(), variation))
                .findFirst()
                .orElse(null);
    }
}
