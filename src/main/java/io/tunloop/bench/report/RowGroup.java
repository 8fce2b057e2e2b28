// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.plan.RowParser;
import java.util.List;

/** Rows that do the same work, and so may be compared with each other and with the same limit. */
enum RowGroup {
    OFFLOAD("With offload: packets of up to 64 KiB", RowParser.LIMIT_PASSTHROUGH),
    PLAIN("Without offload: a packet each", RowParser.LIMIT_PLAIN),
    BASELINE("No forwarder", null);

    private final String title;
    private final String limit;

    RowGroup(String title, String limit) {
        this.title = title;
        this.limit = limit;
    }

    private static RowGroup of(RowResult row) {
        Boolean offload = row.offload();
        return offload == null ? BASELINE : offload ? OFFLOAD : PLAIN;
    }

    List<RowResult> members(List<RowResult> rows) {
        return rows.stream().filter(row -> of(row) == this).toList();
    }

    String title() {
        return title;
    }

    /** The label of its limit row; {@code null} for none. */
    String limit() {
        return limit;
    }
}
