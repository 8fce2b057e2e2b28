// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program on the module path, started as tunloop's README says: it compiles, forwards, and prints no warning. */
class ModulePathTest {
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String EPOLL = "io.netty.transport.epoll.linux."
            + (System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64");

    @TempDir
    private Path folder;

    private String modulePath;

    @BeforeEach
    void compile() {
        modulePath = Stream.concat(ClassPath.jars().stream(), Stream.of(folder))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        String sources = "src/test/modular/";
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-Xlint:all", "-Werror", "-cp", "", "-p", modulePath, "-d", folder.toString(),
                        sources + "module-info.java", sources + "consumer/modular/Main.java");
        assertEquals(0, result, "exit code of javac");
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-gso-channel", "sync-normal"})
    void shouldForwardPackets(String mode) throws Exception {
        try (var hosts = new TwoNamespaces()) {
            Process program = new ProcessBuilder(JAVA,
                    "--enable-native-access=io.tunloop,io.netty.common,io.netty.transport.unix.common,"
                            + "io.netty.transport.classes.epoll",
                    "--add-modules", EPOLL, "-p", modulePath, "-m", "consumer.modular/consumer.modular.Main",
                    mode, hosts.name(1), hosts.name(2)).redirectErrorStream(true).start();
            try (BufferedReader output = program.inputReader()) {
                assertEquals("ready in module consumer.modular with module io.tunloop", output.readLine());
                hosts.ping();
                program.getOutputStream().close();
                assertNull(output.readLine(), "and nothing else");
                assertEquals(0, program.waitFor());
            } finally {
                program.destroyForcibly().waitFor();
            }
        }
    }
}
