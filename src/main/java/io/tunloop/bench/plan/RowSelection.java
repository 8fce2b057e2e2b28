// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rows that the options ask for, in the order of the table: baseline, limits, then what was named. */
public final class RowSelection {
    private RowSelection() {}

    static List<Row> of(BenchOptions options, Collection<String> modes) {
        RowParser parser = new RowParser(modes, Installation.launcher(), Installation.limitProgram());
        List<Row> named = new ArrayList<>();
        options.rows.forEach(row -> named.add(parser.parse(row)));
        options.modes.forEach(glob -> named.addAll(parser.parseGlob(glob)));
        options.peers.forEach(peer -> named.add(parser.parsePeer(peer)));
        if (named.isEmpty()) {
            modes.forEach(mode -> named.add(parser.parse(mode)));
        }
        List<Row> rows = new ArrayList<>();
        if (options.baseline) {
            addOnce(rows, parser.parse(RowParser.BASELINE));
        }
        if (!options.noLimits) {
            RowParser.LIMITS.forEach(limit -> addOnce(rows, parser.parse(limit)));
            if (named.stream().anyMatch(RowSelection::isMerging)) {
                addOnce(rows, parser.parse(RowParser.LIMIT_MERGE));
            }
        }
        named.forEach(row -> addOnce(rows, row));
        return rows;
    }

    /** Labels of what is added to compare the rows with, unless it is named as a row itself. */
    static Set<String> companions(BenchOptions options) {
        Set<String> companions = new HashSet<>(RowParser.LIMITS);
        companions.addAll(Set.of(RowParser.BASELINE, RowParser.LIMIT_MERGE));
        options.rows.forEach(companions::remove);
        return companions;
    }

    /** By its name or its {@code --offload merge}: a limit of that class alone takes as long as any row. */
    private static boolean isMerging(Row row) {
        return row.kind() == Row.Kind.MODE && row.label().contains("merge");
    }

    /** Two equal rows would be one line of the table measured twice. */
    private static void addOnce(List<Row> rows, Row row) {
        if (rows.stream().noneMatch(other -> other.label().equals(row.label()))) {
            rows.add(row);
        }
    }
}
