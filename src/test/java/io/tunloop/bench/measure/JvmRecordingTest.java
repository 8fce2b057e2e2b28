// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class JvmRecordingTest {
    private static final int BLOCKS = 300;
    private static final int BLOCK_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void shouldCountBytesAndCollectionsOfAnotherJvm() throws Exception {
        Shell shell = new Shell(null);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx24m",
                "-cp",
                System.getProperty("java.class.path"),
                Allocator.class.getName(),
                folder.resolve("go").toString());
        try (Child jvm = shell.startAttachable(command)) {
            assertThat(jvm.awaitLine(line -> line.equals("ready"), 60_000)).isNotNull();
            JvmRecording recording = JvmRecording.start(shell, folder, jvm);
            Files.createFile(folder.resolve("go"));
            assertThat(jvm.awaitLine(line -> line.equals("done"), 60_000)).isNotNull();

            Map<Measure, Double> measures = recording.stop(BLOCKS);

            assertThat(measures.get(Measure.ALLOCATED_PER_PACKET)).isBetween(1.0 * BLOCK_BYTES, 1.2 * BLOCK_BYTES);
            assertThat(measures.get(Measure.COLLECTIONS)).isGreaterThan(10);
            assertThat(measures.get(Measure.COLLECTION_PAUSES)).isPositive();
            assertThat(measures.get(Measure.COMPILE_TIME)).isNotNegative();
        }
    }

    /** Allocates a known number of bytes once it is told to. */
    static final class Allocator {
        private static volatile byte[] last;

        private Allocator() {}

        public static void main(String[] args) throws Exception {
            System.out.println("ready");
            Path go = Path.of(args[0]);
            while (!Files.exists(go)) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < BLOCKS; i++) {
                last = new byte[BLOCK_BYTES];
            }
            System.out.println("done" + (last == null ? "?" : ""));
            Thread.sleep(60_000); // until it is killed
        }
    }
}
