// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.RowClass;
import io.tunloop.bench.measure.RowResult;
import java.util.List;
import java.util.Objects;

/** Rows that do the same work, and so may be compared with each other and with the same limit. */
enum RowGroup {
    OFFLOAD("With offload: packets of up to 64 KiB", RowClass.OFFLOAD),
    MERGE("Without offload, but writes are merged", RowClass.MERGE),
    PLAIN("Without offload: a packet each", RowClass.PLAIN),
    BASELINE("No forwarder", null);

    private final String title;
    private final RowClass rowClass;

    RowGroup(String title, RowClass rowClass) {
        this.title = title;
        this.rowClass = rowClass;
    }

    List<RowResult> members(List<RowResult> rows) {
        return rows.stream().filter(row -> row.rowClass() == rowClass).toList();
    }

    String title() {
        return title;
    }

    /** The label of the limit that its members are held against; {@code null} for none. */
    static String limit(List<RowResult> members) {
        return members.stream()
                .map(RowResult::limit)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
