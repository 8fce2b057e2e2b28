// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What native-image (GraalVM) is told: the classes that the native library looks up, and the libraries themselves. */
class NativeImageTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final Path CONFIG = CLASSES.resolve("META-INF/native-image/io.tunloop/tunloop");
    private static final Pattern LOOKED_UP = Pattern.compile("\"(io/tunloop/\\w+/\\w+)\"");

    @Test
    void shouldListTheClassesThatTheLibraryLooksUp() throws IOException {
        var names = new TreeSet<String>();
        try (Stream<Path> sources = Files.list(Path.of("native"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".c")).toList()) {
                LOOKED_UP
                        .matcher(Files.readString(source))
                        .results()
                        .map((MatchResult match) -> match.group(1).replace('/', '.'))
                        .forEach(names::add);
            }
        }
        assertThat(names).isNotEmpty();
        assertThat(listed()).isEqualTo(names);
    }

    @Test
    void shouldListEveryClassWithNativeMethods() throws IOException, ClassNotFoundException {
        var names = new TreeSet<String>();
        try (Stream<Path> files = Files.walk(CLASSES.resolve("io"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String path = CLASSES.relativize(file).toString();
                String name =
                        path.substring(0, path.length() - ".class".length()).replace('/', '.');
                if (!name.endsWith("package-info") && hasNativeMethods(name)) {
                    names.add(name);
                }
            }
        }
        assertThat(listed()).isEqualTo(names);
    }

    @Test
    void shouldIncludeEachLibrary() throws IOException {
        var patterns = new ObjectMapper()
                .readTree(CONFIG.resolve("resource-config.json").toFile());
        try (Stream<Path> libraries = Files.list(CLASSES.resolve("META-INF/native"))) {
            assertThat(libraries.map(file -> "\\Q" + CLASSES.relativize(file) + "\\E"))
                    .isNotEmpty()
                    .isSubsetOf(patterns.findValuesAsText("pattern"));
        }
    }

    private static boolean hasNativeMethods(String name) throws ClassNotFoundException {
        Class<?> type = Class.forName(name, false, NativeImageTest.class.getClassLoader());
        return Stream.of(type.getDeclaredMethods())
                .mapToInt(Method::getModifiers)
                .anyMatch(Modifier::isNative);
    }

    private static Set<String> listed() throws IOException {
        var config =
                new ObjectMapper().readTree(CONFIG.resolve("jni-config.json").toFile());
        return new TreeSet<>(config.findValuesAsText("name"));
    }
}
