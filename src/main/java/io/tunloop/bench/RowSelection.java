// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The rows that the options ask for, in the order of the table: baseline, limits, then what was named. */
final class RowSelection {
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
            addOnce(rows, parser.parse(RowParser.LIMIT_PLAIN));
            addOnce(rows, parser.parse(RowParser.LIMIT_PASSTHROUGH));
        }
        named.forEach(row -> addOnce(rows, row));
        return rows;
    }

    /** Two equal rows would be one line of the table measured twice. */
    private static void addOnce(List<Row> rows, Row row) {
        if (rows.stream().noneMatch(other -> other.label().equals(row.label()))) {
            rows.add(row);
        }
    }

    /** Where the other programs of this installation are. */
    static final class Installation {
        private Installation() {}

        /** The words that start tunloop: its launcher, which sets {@code TUNLOOP_LAUNCHER}; else this very Java. */
        static List<String> launcher() {
            String launcher = System.getenv("TUNLOOP_LAUNCHER");
            if (launcher != null) {
                return List.of(launcher);
            }
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            return List.of(java, "-cp", System.getProperty("java.class.path"), "io.tunloop.cli.Main");
        }

        /** {@code TUNLOOP_LIMIT}, or beside the jar where the build or the installation puts it. */
        static Path limitProgram() {
            String limit = System.getenv("TUNLOOP_LIMIT");
            if (limit != null) {
                return Path.of(limit);
            }
            Path code = Path.of(Bench.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath());
            return code.resolveSibling("native").resolve("limit");
        }
    }
}
