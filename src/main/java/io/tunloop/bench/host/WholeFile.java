// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes files that are there whole or not at all: a full disk, or the end of the process, leaves the one of before.
 *
 * Errors: {@link IOException} with one line for the user.
 */
public final class WholeFile {
    private WholeFile() {}

    /** Makes the folder of {@code file}, and finds out whether it may be written to. */
    public static void prepare(Path file) throws IOException {
        try {
            Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
            if (!Files.isWritable(folder)) {
                throw new IOException("cannot write " + file + ": no permission");
            }
        } catch (FileSystemException e) {
            throw reason(file, e);
        }
    }

    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void write(Path file, byte[] bytes) throws IOException {
        prepare(file);
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                Files.write(file, bytes); // a pipe or a terminal
            } else {
                replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), bytes);
            }
        } catch (FileSystemException e) {
            throw reason(file, e);
        }
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path part = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            Files.write(part, bytes);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(part);
            throw e instanceof FileSystemException ? e : new FileSystemException(file.toString(), null, e.getMessage());
        }
    }

    private static IOException reason(Path file, FileSystemException e) {
        String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        return new IOException("cannot write " + file + ": " + reason, e);
    }
}
