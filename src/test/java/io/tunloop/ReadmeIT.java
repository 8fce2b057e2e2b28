// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program in the README compiles without warnings and does what the README says. */
@Timeout(120)
class ReadmeIT {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    private Path folder;

    @Test
    void shouldCompile() throws Exception {
        compile();
    }

    @Test
    @RequiresTun
    void shouldAnswerPings() throws Exception {
        compile();
        try (NetNamespace namespace = NetNamespace.create()) {
            String classPath = folder + File.pathSeparator + CLASS_PATH;
            Process program =
                    namespace.start(JavaProcess.JAVA, "--enable-native-access=ALL-UNNAMED", "-cp", classPath, "Embed");
            BufferedReader output = program.inputReader();
            assertThat(output.readLine()).isEqualTo("ready on tun0");
            assertThat(namespace.run("ping", "-c3", "-i0.2", "-W2", "10.7.0.9")).contains(" 0% packet loss");
            program.toHandle().destroy(); // Process.destroy would close its output.
            // The JVM's warnings would be among it.
            assertThat(output.lines()).contains("IPv4, 84 bytes").allMatch(line -> line.startsWith("IPv"));
        }
    }

    private void compile() throws Exception {
        Path source = folder.resolve("Embed.java");
        Files.writeString(source, snippet(Files.readString(Path.of("README.md"))));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-Xlint:all,-classfile,-processing",
                        "-Werror",
                        "-proc:none",
                        "-cp",
                        CLASS_PATH,
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(result).as("exit code of javac").isZero();
    }

    private static String snippet(String readme) {
        int section = readme.indexOf("## Embed it");
        int start = readme.indexOf("```java\n", section) + "```java\n".length();
        return readme.substring(start, readme.indexOf("```", start));
    }
}
