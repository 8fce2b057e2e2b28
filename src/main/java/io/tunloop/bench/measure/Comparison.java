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
                row.derive(Measure.RATIO_TO_LIMIT, ratio(row, limit, primary));
                row.derive(Measure.CPU_PER_GBIT_RATIO, ratio(row, limit, Measure.CPU_PER_GBIT));
            }
            if (relativeTo != null) {
                row.derive(Measure.RATIO_TO_ROW, ratio(row, find(relativeTo, row), primary));
            }
        }
    }

    private static Double ratio(RowResult row, RowResult to, Measure measure) {
        return to == null ? null : Statistics.ratio(row.median(measure), to.median(measure));
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
