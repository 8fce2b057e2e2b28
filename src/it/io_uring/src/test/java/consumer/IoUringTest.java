// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tunloop.channel.TunTransport;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program with a TUN device and a UDP socket on one io_uring loop, on both paths: it compiles, answers, and prints no warning. */
class IoUringTest {
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String NAMESPACE = "tl-it-uring-" + ProcessHandle.current().pid();
    private static final String SOURCES = "src/test/program/";
    private static final String MAIN = SOURCES + "consumer/uring/Main.java";
    private static final String NATIVE = "linux." + (System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64");
    private static final List<String> TEST_GROUPS = List.of("junit", "opentest4j", "apiguardian", "jspecify", "surefire");

    @TempDir
    private Path folder;

    private boolean hasNamespace;

    @BeforeEach
    void createNamespace() throws Exception {
        boolean possible = Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name"))
                && TunTransport.IO_URING.isAvailable();
        if ("1".equals(System.getenv("TUNLOOP_REQUIRE_TUN"))) {
            assertTrue(possible, "TUNLOOP_REQUIRE_TUN is set, but this is not root, or there is no /dev/net/tun or io_uring");
        }
        assumeTrue(possible, "needs root, /dev/net/tun and io_uring");
        run("ip", "netns", "add", NAMESPACE);
        hasNamespace = true;
    }

    @AfterEach
    void deleteNamespace() throws Exception {
        if (hasNamespace) {
            run("ip", "netns", "del", NAMESPACE);
        }
    }

    @Test
    void shouldRunOnTheClassPath() throws Exception {
        compile("-cp", paths(jars()), MAIN);
        expectAnswers("--enable-native-access=ALL-UNNAMED", "-cp", paths(withFolder()), "consumer.uring.Main");
    }

    @Test
    void shouldRunOnTheModulePath() throws Exception {
        compile("-cp", "", "-p", paths(jars()), SOURCES + "module-info.java", MAIN);
        expectAnswers(
                "--enable-native-access=io.tunloop,io.netty.common,io.netty.transport.unix.common,"
                        + "io.netty.transport.classes.epoll,io.netty.transport.classes.io_uring",
                "--add-modules", "io.netty.transport.epoll." + NATIVE + ",io.netty.transport.io_uring." + NATIVE,
                "-p", paths(withFolder()), "-m", "consumer.uring/consumer.uring.Main");
    }

    private void compile(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-Xlint:all", "-Werror", "-d", folder.toString()));
        all.addAll(List.of(arguments));
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, all.toArray(String[]::new));
        assertEquals(0, result, "exit code of javac");
    }

    private static List<Path> jars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && TEST_GROUPS.stream().noneMatch(entry::contains))
                .map(Path::of)
                .toList();
    }

    private List<Path> withFolder() {
        return Stream.concat(jars().stream(), Stream.of(folder)).toList();
    }

    private static String paths(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static void expectAnswers(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(List.of(arguments));
        command.add(NAMESPACE);
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = program.inputReader()) {
            String port = output.readLine();
            assertNotNull(port);
            run("ip", "netns", "exec", NAMESPACE, "ping", "-c3", "-i0.2", "-W2", "10.7.0.9");
            expectEcho(Integer.parseInt(port));
            program.getOutputStream().close();
            assertNull(output.readLine(), "and nothing else");
            assertEquals(0, program.waitFor());
        } finally {
            program.destroyForcibly().waitFor();
        }
    }

    private static void expectEcho(int port) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            byte[] question = "hello".getBytes();
            socket.send(new DatagramPacket(question, question.length, InetAddress.getLoopbackAddress(), port));
            var answer = new DatagramPacket(new byte[10], 10);
            socket.receive(answer);
            assertEquals("hello", new String(answer.getData(), 0, answer.getLength()));
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), () -> List.of(command) + ": " + output);
    }
}
