// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may know which: imports go one way.
 *
 * <pre>
 * internal ◄─ device ◄─ channel ◄─ relay ◄─ metrics ◄─ daemon ◄─ cli
 *     ▲                    │         │ │               bench ◄────┘
 *     └─ packet ◄──────────┘         │ └─► queue
 *          ▲── handler, codec ◄──────┘
 * </pre>
 * The bench has rooms of its own, lowest first: {@code plan ◄ host ◄ measure ◄ workload}, {@code report}, and above them what
 * runs it all.
 */
class LayeringTest {
    private static final Path SOURCES = Path.of("src/main/java/io/tunloop");

    /** The core: what an embedder depends on. */
    private static final Map<String, Set<String>> CORE = Map.of(
            "internal", Set.of(),
            "queue", Set.of(),
            "device", Set.of("internal"),
            "packet", Set.of("internal"),
            "channel", Set.of("internal", "device", "packet"),
            "codec", Set.of("internal", "packet"),
            "handler", Set.of("internal", "device", "packet"),
            "relay", Set.of("internal", "device", "packet", "channel", "codec", "queue"));

    private static final Map<String, Set<String>> EDGES = Map.of(
            "metrics", Set.of("device", "channel", "relay"),
            "daemon", Set.of("internal", "device", "channel", "relay", "metrics"),
            "bench", Set.of("metrics"),
            "cli", Set.of("internal", "device", "channel", "relay", "daemon", "bench"));

    private static final Map<String, Set<String>> BENCH_ROOMS = Map.of(
            "plan", Set.of(),
            "host", Set.of("plan"),
            "measure", Set.of("plan", "host"),
            "workload", Set.of("plan", "host", "measure"),
            "report", Set.of("plan", "host", "measure"));

    /** What the core does without: an embedder gets none of it. */
    private static final Pattern EDGE_LIBRARY =
            Pattern.compile("\\b(?:picocli|com\\.fasterxml|io\\.micrometer|ch\\.qos|org\\.slf4j)\\.");

    private static final Pattern OWN_TYPE = Pattern.compile("(?m)^import (?:static )?io\\.tunloop\\.([a-z]+)\\.");
    private static final Pattern BENCH_TYPE = Pattern.compile("(?m)^import (?:static )?io\\.tunloop\\.bench\\.(\\w+)");

    static Set<String> corePackages() {
        return new TreeSet<>(CORE.keySet());
    }

    static Set<String> edgePackages() {
        return new TreeSet<>(EDGES.keySet());
    }

    static Set<String> benchRooms() {
        return new TreeSet<>(BENCH_ROOMS.keySet());
    }

    @Test
    void shouldHaveAPlaceForEveryRoomOfTheBench() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES.resolve("bench"))) {
            assertThat(folders.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(BENCH_ROOMS.keySet());
        }
    }

    @ParameterizedTest
    @MethodSource("benchRooms")
    void shouldKnowOnlyLowerRoomsOfTheBench(String name) {
        var known = new TreeSet<String>();
        sources("bench/" + name).forEach(source -> known.addAll(mentioned(BENCH_TYPE, name, source)));

        assertThat(known).isSubsetOf(BENCH_ROOMS.get(name));
    }

    @Test
    void shouldHaveAPlaceForEveryPackage() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES)) {
            var known = new TreeSet<>(CORE.keySet());
            known.addAll(EDGES.keySet());
            assertThat(folders.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(known);
        }
    }

    @ParameterizedTest
    @MethodSource("corePackages")
    void shouldKnowOnlyLowerPackages(String name) {
        assertThat(packagesKnownBy(name)).isSubsetOf(CORE.get(name));
    }

    @ParameterizedTest
    @MethodSource("edgePackages")
    void shouldKnowOnlyWhatAnEdgeMay(String name) {
        assertThat(packagesKnownBy(name)).isSubsetOf(EDGES.get(name));
    }

    @ParameterizedTest
    @MethodSource("corePackages")
    void shouldDoWithoutTheLibrariesOfTheEdges(String name) {
        assertThat(sources(name))
                .noneMatch(source -> EDGE_LIBRARY.matcher(source).find());
    }

    @Test
    void shouldSeeAForbiddenImport() {
        assertThat(mentioned(OWN_TYPE, "channel", "import io.tunloop.relay.Forwarder;\n"))
                .containsExactly("relay");
        assertThat(mentioned(BENCH_TYPE, "plan", "import io.tunloop.bench.Bench;\n"))
                .containsExactly("Bench");
        assertThat(mentioned(OWN_TYPE, "channel", "import static io.tunloop.channel.A.B;\n"))
                .isEmpty();
        assertThat(EDGE_LIBRARY.matcher("import picocli.CommandLine;").find()).isTrue();
    }

    private static Set<String> packagesKnownBy(String name) {
        var known = new TreeSet<String>();
        sources(name).forEach(source -> known.addAll(mentioned(OWN_TYPE, name, source)));
        return known;
    }

    private static Set<String> mentioned(Pattern type, String from, String source) {
        var names = new TreeSet<>(type.matcher(source)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList());
        names.remove(from);
        return names;
    }

    private static List<String> sources(String name) {
        try (Stream<Path> files = Files.walk(SOURCES.resolve(name))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(LayeringTest::withoutPackage)
                    .toList();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static String withoutPackage(Path file) {
        try {
            return Files.readString(file).replaceFirst("(?m)^package .*$", "");
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
