// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/** {@code scripts/tunloop} with the classes under test: the JVM that users have, whose memory is what it is bounded to. */
public final class Launcher {
    private static final String SCRIPT = "scripts/tunloop";

    private Launcher() {}

    /** The words that start it. @param folder where a jar may be made that says where the classes are */
    static List<String> command(Path folder, List<String> jvmOptions) {
        var words = new ArrayList<>(List.of("env", "TUNLOOP_JAR=" + jar(folder), "JAVA_HOME=" + home()));
        words.add("TUNLOOP_JAVA_OPTS=" + String.join(" ", jvmOptions));
        words.add(Path.of(SCRIPT).toAbsolutePath().toString());
        return words;
    }

    private static String home() {
        return System.getProperty("java.home");
    }

    private static Path jar(Path folder) {
        Path jar = folder.resolve("tunloop.jar");
        if (!Files.exists(jar)) {
            var manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "io.tunloop.cli.Main");
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath());
            try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                out.finish();
            } catch (IOException cause) {
                throw new UncheckedIOException(cause);
            }
        }
        return jar;
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" "));
    }
}
