// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What a JVM does besides forwarding while traffic runs: bytes allocated, collections and their pauses, time spent compiling. By
 * the JVM's own flight recorder, which is switched on from outside for that time alone.
 *
 * Source: jcmd(1), JFR.start and JFR.stop; the JDK's jfr/metadata.xml for the events.
 */
public final class JvmRecording {
    private static final String NAME = "tunloop-bench";
    private static final String SETTINGS = "profile.jfc";
    // The recorder's own work, which there is none of without it.
    private static final Pattern RECORDER = Pattern.compile("JFR .*|Attach Listener");

    private final Shell shell;
    private final Child jvm;
    private final Path file;

    private JvmRecording(Shell shell, Child jvm, Path file) {
        this.shell = shell;
        this.jvm = jvm;
        this.file = file;
    }

    public static void preflight() throws IOException {
        Jcmd.preflight();
    }

    /** @param temporary folder for what is recorded */
    public static JvmRecording start(Shell shell, Path temporary, Child jvm)
            throws BenchException, InterruptedException {
        Jcmd.run(shell, jvm, "JFR.start", "name=" + NAME, "settings=" + unpackSettings(temporary));
        return new JvmRecording(shell, jvm, temporary.resolve("profile.jfr"));
    }

    /** @param packets that the forwarder was given meanwhile */
    public Map<Measure, Double> stop(long packets) throws BenchException, InterruptedException {
        Jcmd.run(shell, jvm, "JFR.stop", "name=" + NAME, "filename=" + file);
        try {
            return measures(RecordingFile.readAllEvents(file), packets);
        } catch (IOException e) {
            throw new BenchException("cannot read the flight recording: " + e.getMessage(), e);
        }
    }

    static Map<Measure, Double> measures(List<RecordedEvent> events, long packets) {
        Growth allocated = new Growth();
        Growth compiled = new Growth();
        double pausesMs = 0;
        int collections = 0;
        for (RecordedEvent event : events) {
            switch (event.getEventType().getName()) {
                case "jdk.ThreadAllocationStatistics" -> {
                    RecordedThread thread = event.getThread("thread");
                    if (!isRecorder(thread)) {
                        allocated.add(thread.getId(), event.getLong("allocated"));
                    }
                }
                case "jdk.CompilerStatistics" ->
                    compiled.add(0, event.getDuration("totalTimeSpent").toMillis());
                case "jdk.GarbageCollection" -> {
                    collections++;
                    pausesMs += event.getDuration("sumOfPauses").toNanos() / 1e6;
                }
                default -> {}
            }
        }
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        Double perPacket = Statistics.ratio((double) allocated.sum(), (double) packets);
        Statistics.put(measures, Measure.ALLOCATED_PER_PACKET, perPacket);
        measures.put(Measure.COLLECTIONS, (double) collections);
        measures.put(Measure.COLLECTION_PAUSES, Statistics.round(pausesMs));
        measures.put(Measure.COMPILE_TIME, (double) compiled.sum());
        return measures;
    }

    private static boolean isRecorder(RecordedThread thread) {
        return thread.getJavaName() != null
                && RECORDER.matcher(thread.getJavaName()).matches();
    }

    private static Path unpackSettings(Path temporary) throws BenchException {
        Path settings = temporary.resolve(SETTINGS);
        try (InputStream in = JvmRecording.class.getResourceAsStream(SETTINGS)) {
            Files.copy(in, settings, StandardCopyOption.REPLACE_EXISTING);
            return settings;
        } catch (IOException e) {
            throw new BenchException("cannot unpack " + SETTINGS + ": " + e.getMessage(), e);
        }
    }

    /** How much counters that only grow, one for each thread, have grown from their first to their last value. */
    private static final class Growth {
        private final Map<Long, Long> lowest = new HashMap<>();
        private final Map<Long, Long> highest = new HashMap<>();

        void add(long thread, long value) {
            lowest.merge(thread, value, Math::min);
            highest.merge(thread, value, Math::max);
        }

        long sum() {
            return highest.entrySet().stream()
                    .mapToLong(last -> last.getValue() - lowest.get(last.getKey()))
                    .sum();
        }
    }
}
