// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Namespaces of earlier bench runs whose process is gone: left only when bench and janitor were both killed. */
public final class Leftovers {
    private static final Pattern NAME = Pattern.compile("tunloop-(\\d+)-[12]");

    private Leftovers() {}

    public static void remove(Shell shell) throws BenchException, InterruptedException {
        if (!Files.isDirectory(Namespaces.FOLDER)) {
            return;
        }
        try (DirectoryStream<Path> names = Files.newDirectoryStream(Namespaces.FOLDER, "tunloop-*")) {
            for (Path path : names) {
                String name = path.getFileName().toString();
                if (isOrphan(name)) {
                    Namespaces.remove(shell, name);
                }
            }
        } catch (IOException e) {
            throw new BenchException("cannot list " + Namespaces.FOLDER + ": " + e.getMessage(), e);
        }
    }

    private static boolean isOrphan(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
    }
}
