// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.daemon.Summary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a summary as JSON: one object in one line. */
final class SummaryJson {
    private static final Path STDOUT = Path.of("-");

    private SummaryJson() {}

    /** @param file - for {@code out} */
    static void write(Summary summary, Path file, PrintWriter out) throws IOException {
        String json = new ObjectMapper().writeValueAsString(summary);
        if (file.equals(STDOUT)) {
            out.println(json);
            out.flush();
        } else {
            Files.writeString(file, json + '\n');
        }
    }
}
