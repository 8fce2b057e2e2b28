// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The process that removes the bench's namespaces, what runs in them, and its temporary folder.
 *
 * <p>It waits at the end of a pipe from the bench and cleans when the pipe closes: by {@link #close()}, by a crash, by
 * SIGKILL. So there is one teardown, used on every exit. It has a session of its own: signals to the terminal's
 * foreground group do not reach it.
 */
public final class Janitor implements AutoCloseable {
    private static final long CLEAN_TIMEOUT_S = 30;

    private final Path folder;
    private final Process process;

    private Janitor(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    /** Starts the janitor for every namespace whose name begins with {@code prefix}. */
    public static Janitor start(String prefix) throws IOException {
        Path folder = Files.createTempDirectory(prefix);
        ProcessBuilder builder = new ProcessBuilder(
                        "setsid", "sh", "-c", script(), "tunloop-janitor", prefix, folder.toString())
                .redirectOutput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", "C");
        return new Janitor(folder, builder.start());
    }

    /** A folder for temporary files, removed with the rest. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.flush();
        }
        try {
            if (!process.waitFor(CLEAN_TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new IOException("the clean-up did not end within " + CLEAN_TIMEOUT_S + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String script() throws IOException {
        try (InputStream in = Janitor.class.getResourceAsStream("janitor.sh")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
