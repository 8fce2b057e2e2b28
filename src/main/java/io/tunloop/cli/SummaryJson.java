// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.daemon.Summary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a summary as JSON: one object in one line. */
final class SummaryJson {
    private static final Path STDOUT = Path.of("-");

    // stat(2)
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_FIFO = 0010000;

    private SummaryJson() {}

    /** At the start, when it can still be put right. @param file null for none, - for stdout */
    static void requireWritable(Path file) throws ConfigException {
        if (file == null || file.equals(STDOUT)) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new ConfigException("summary-json " + file + " is a folder: name a file, or - for stdout");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new ConfigException("summary-json " + file + " is in no folder that there is: create " + folder);
        }
        if (isFifo(file)) {
            throw new ConfigException(
                    "summary-json " + file + " is a fifo, which would wait for a reader: name a file, or - for stdout");
        }
    }

    private static boolean isFifo(Path file) {
        try {
            return ((int) Files.getAttribute(file, "unix:mode") & TYPE_MASK) == TYPE_FIFO;
        } catch (IOException notThereYet) {
            return false;
        }
    }

    /** @param file - for {@code out} */
    static void write(Summary summary, Path file, PrintWriter out) throws IOException {
        String json = new ObjectMapper().writeValueAsString(summary);
        if (file.equals(STDOUT)) {
            out.println(json);
            out.flush();
            return;
        }
        try {
            Files.writeString(file, json + '\n');
        } catch (IOException cause) {
            throw new IOException("summary-json " + file + " cannot be written: " + reason(cause), cause);
        }
    }

    /** The message of many is the file's name alone. */
    private static String reason(IOException cause) {
        String reason = cause instanceof FileSystemException failure ? failure.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }
}
