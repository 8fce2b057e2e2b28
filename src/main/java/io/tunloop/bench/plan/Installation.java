// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.nio.file.Path;
import java.util.List;

/** Where the other programs of this installation are. */
public final class Installation {
    private Installation() {}

    /** The words that start tunloop: its launcher, which sets {@code TUNLOOP_LAUNCHER}; else this very Java. */
    public static List<String> launcher() {
        String launcher = System.getenv("TUNLOOP_LAUNCHER");
        if (launcher != null) {
            return List.of(launcher);
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(java, "-cp", System.getProperty("java.class.path"), "io.tunloop.cli.Main");
    }

    /** {@code TUNLOOP_LIMIT}, or beside the jar where the build or the installation puts it. */
    static Path limitProgram() {
        String limit = System.getenv("TUNLOOP_LIMIT");
        if (limit != null) {
            return Path.of(limit);
        }
        Path code = Path.of(Installation.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        return code.resolveSibling("native").resolve("limit");
    }
}
