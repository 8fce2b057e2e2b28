// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands to a running JVM that was started as one that tools may attach to. Source: jcmd(1).
 *
 * <p>The program comes with a JDK, not with every Java.
 */
final class Jcmd {
    private static final Path PROGRAM = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    private static final long TIMEOUT_MS = 60_000;

    private Jcmd() {}

    static void preflight() throws IOException {
        if (!Files.isExecutable(PROGRAM)) {
            throw new IOException("to look into a JVM takes a JDK: there is no " + PROGRAM
                    + ": run scripts/setup.sh bench as root, or set JAVA_HOME");
        }
    }

    /** Returns the answer. */
    static String run(Shell shell, Child jvm, String... words) throws BenchException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), Long.toString(jvm.pid())));
        command.addAll(List.of(words));
        return shell.run(command, TIMEOUT_MS);
    }
}
