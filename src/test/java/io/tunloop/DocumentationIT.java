// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.JavaSource;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs in README and pages compile without warnings and do what is said of them. */
@Timeout(120)
class DocumentationIT {
    private static final Pattern PROGRAM = Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern MAIN_CLASS = Pattern.compile("^public (?:final )?class (\\w+)", Pattern.MULTILINE);
    private static final Pattern COMMENTS_ON_TOP =
            Pattern.compile("^// SPDX.*\n|^/\\*\\*\n(?: \\*.*\n)+", Pattern.MULTILINE);

    @TempDir
    private Path folder;

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
        try (Stream<Path> files = Files.list(Path.of("src/site/markdown"))) {
            files.sorted().forEach(pages::add);
        }
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void shouldCompile(Path page) throws Exception {
        for (String program : programs(page)) {
            compile(program);
        }
    }

    @Test
    @RequiresTun
    void shouldAnswerPingsAsTheReadmeSays() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            Process program = start(namespace, Path.of("README.md"), "Embed");
            BufferedReader output = program.inputReader();
            assertThat(output.readLine()).isEqualTo("ready on tun0");
            assertThat(namespace.run("ping", "-c3", "-i0.2", "-W2", "10.7.0.9")).contains(" 0% packet loss");
            program.toHandle().destroy(); // Process.destroy would close its output.
            // The JVM's warnings would be among it.
            assertThat(output.lines()).contains("IPv4, 84 bytes").allMatch(line -> line.startsWith("IPv"));
        }
    }

    @Test
    @RequiresTun
    void shouldRunTheProgramForWhoComesFromNettyTun() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            Process program = start(namespace, Path.of("src/site/markdown/from-netty-tun.md"), "Ping");
            BufferedReader output = program.inputReader();
            assertThat(output.readLine()).isEqualTo("ready on tun0");
            assertThat(namespace.run("ping", "-c1", "-W2", "10.10.10.9")).contains(" 0% packet loss");
            program.toHandle().destroy();
            assertThat(output.lines()).contains("10.10.10.10 > 10.10.10.9, protocol 1");
        }
    }

    @Test
    void shouldShowTheExampleAsItIs() throws Exception {
        String example = Files.readString(Path.of("examples/OneLoop.java"));
        assertThat(programs(Path.of("src/site/markdown/mixing.md")))
                .containsExactly(COMMENTS_ON_TOP.matcher(example).replaceAll(""));
    }

    private Process start(NetNamespace namespace, Path page, String mainClass) throws IOException {
        for (String program : programs(page)) {
            compile(program);
        }
        String classPath = folder + File.pathSeparator + System.getProperty("java.class.path");
        return namespace.start(JavaProcess.JAVA, "--enable-native-access=ALL-UNNAMED", "-cp", classPath, mainClass);
    }

    private void compile(String program) throws IOException {
        Matcher mainClass = MAIN_CLASS.matcher(program);
        assertThat(mainClass.find()).as("a class to run in " + program).isTrue();
        Path source = folder.resolve(mainClass.group(1) + ".java");
        Files.writeString(source, program);
        JavaSource.compile(source, folder);
    }

    private static List<String> programs(Path page) throws IOException {
        return PROGRAM.matcher(Files.readString(page))
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
