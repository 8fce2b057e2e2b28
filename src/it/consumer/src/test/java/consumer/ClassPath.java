// SPDX-License-Identifier: Apache-2.0
package consumer;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What this project gets by depending on tunloop: its class path without its own classes and its test libraries. */
final class ClassPath {
    private static final List<String> TEST_GROUPS = List.of("junit", "opentest4j", "apiguardian", "jspecify", "surefire");

    private ClassPath() {}

    static List<Path> jars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && TEST_GROUPS.stream().noneMatch(entry::contains))
                .map(Path::of)
                .toList();
    }
}
