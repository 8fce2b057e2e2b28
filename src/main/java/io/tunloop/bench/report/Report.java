// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.host.Environment;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import java.time.Instant;
import java.util.List;

/**
 * All that a bench run found out, from which every kind of report is made.
 *
 * @param command how the bench was called
 * @param stopped why it ended before its time; {@code null} when it did not
 * @param columns of the workload
 */
public record Report(
        String command,
        Instant started,
        String stopped,
        String workload,
        List<Measure> columns,
        Environment environment,
        List<RowResult> rows) {
    public String table() {
        return new ResultTable(columns).render(rows);
    }

    /** What the ratios of its rows are ratios of. */
    Measure primary() {
        return columns.get(0);
    }

    /** No row has a run. */
    public boolean isEmpty() {
        return rows.stream().allMatch(row -> row.runs().isEmpty());
    }

    public boolean hasFailure() {
        return rows.stream().anyMatch(row -> row.error() != null);
    }
}
