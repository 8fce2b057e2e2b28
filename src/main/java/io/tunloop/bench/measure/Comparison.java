// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.plan.Row;
import io.tunloop.bench.plan.Variation;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Fills in the figures that come from comparing rows: the ratios to the best limit and to a chosen row. */
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
            RowResult limit = bestLimit(row);
            if (limit != null) {
                row.holdAgainst(limit);
                compare(row, limit, primary, Measure.RATIO_TO_LIMIT);
                compare(row, limit, Measure.CPU_PER_GBIT, Measure.CPU_PER_GBIT_RATIO);
            }
            if (relativeTo != null) {
                RowResult chosen = find(relativeTo, row);
                if (chosen != null) {
                    compare(row, chosen, primary, Measure.RATIO_TO_ROW);
                }
            }
        }
    }

    private static void compare(RowResult row, RowResult to, Measure by, Measure ratio) {
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
            Map<Measure, Double> measures = row.runs().get(i).measures();
            Double against = to.runs().get(i).measures().get(by);
            Statistics.put(measures, ratio, Statistics.ratio(measures.get(by), against));
        }
    }

    /** Of all limits that bound this row, the one that does best at the same point of a sweep; {@code null} for none. */
    private RowResult bestLimit(RowResult row) {
        Comparator<RowResult> worstFirst = Comparator.comparing(limit -> limit.median(primary));
        return row.rowClass() == null
                ? null
                : at(row.row().variation())
                        .filter(limit -> limit.row().kind() == Row.Kind.LIMIT)
                        .filter(limit -> limit.median(primary) != null)
                        .filter(limit -> row.rowClass().isBoundedBy(limit.rowClass()))
                        .max(primary.isHigherBetter() ? worstFirst : worstFirst.reversed())
                        .orElse(null);
    }

    /** The row of this label at the same point of a sweep as {@code peer}. */
    private RowResult find(String label, RowResult peer) {
        return at(peer.row().variation())
                .filter(row -> row.row().label().equals(label))
                .findFirst()
                .orElse(null);
    }

    private Stream<RowResult> at(Variation variation) {
        return rows.stream().filter(row -> Objects.equals(row.row().variation(), variation));
    }
}
