// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.net.URI;
import java.net.URL;
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

    /** The C forwarder of the limit rows. */
    static Path limitProgram() {
        return program("limit", "TUNLOOP_LIMIT");
    }

    /** What sends the packets of a loss-free measurement. */
    public static Path loadGenerator() {
        return program("loadgen", "TUNLOOP_LOADGEN");
    }

    /** Where the environment says, or beside the jar where the build or the installation puts it. */
    private static Path program(String name, String variable) {
        String path = System.getenv(variable);
        if (path != null) {
            return Path.of(path);
        }
        return beside(Installation.class.getProtectionDomain().getCodeSource().getLocation(), name);
    }

    /** The URL of a folder with a space in its name has it as %20. */
    static Path beside(URL code, String name) {
        return Path.of(URI.create(code.toString())).resolveSibling("native").resolve(name);
    }
}
