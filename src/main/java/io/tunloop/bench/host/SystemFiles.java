// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel tells in files below /proc and /sys; not every machine has all of them. */
final class SystemFiles {
    static final String UNKNOWN = "unknown";

    private SystemFiles() {}

    static String firstLine(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse(UNKNOWN).strip();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** The value of the first line {@code name: value}. */
    static String field(Path file, String name) {
        try {
            return Files.readString(file)
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
