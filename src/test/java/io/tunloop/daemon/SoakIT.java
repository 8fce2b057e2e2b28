// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A long time under load leaves memory and descriptors as they are, and no leak is reported.
 *
 * <pre>
 * mvn verify -Dit.excluded= -Dit.test=SoakIT -Dtunloop.soak.seconds=1800
 * </pre>
 */
@RequiresTun
@Tag("soak")
class SoakIT {
    private static final int SECONDS = Integer.getInteger("tunloop.soak.seconds", 1800);
    private static final int INTERVAL_SECONDS = 5;
    private static final String MODES = "async-normal,sync-normal,async-gso,sync-gso,async-passthrough";
    private static final String RESIDENT = "tunloop_process_memory_resident_bytes";
    private static final String DIRECT = "tunloop_allocator_used_bytes{memory=\"direct\"}";
    private static final String FILES = "process_files_open_files";

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private ForwardProcess forward;

    static List<String> modes() {
        return List.of(System.getProperty("tunloop.soak.modes", MODES).split(","));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void shouldStayAsItIs(String mode) throws Exception {
        var options = "-Dio.netty.leakDetection.level=advanced -Xmx24m -XX:MaxDirectMemorySize=64m";
        forward = ForwardProcess.start(
                hosts, List.of("env", "JAVA_TOOL_OPTIONS=" + options), "--mode", mode, "--metrics", "9464");
        forward.awaitLine("tunloop: ready");
        Traffic traffic = Traffic.start(hosts);
        List<double[]> samples = sample();
        traffic.awaitFlow();

        double[] early = mean(samples.subList(samples.size() / 3, 2 * samples.size() / 3));
        double[] late = mean(samples.subList(2 * samples.size() / 3, samples.size()));
        System.out.printf(
                "soak %s, %d s: resident %.1f -> %.1f MB, direct %.1f -> %.1f MB, files %.1f -> %.1f%n",
                mode, SECONDS, early[0] / 1e6, late[0] / 1e6, early[1] / 1e6, late[1] / 1e6, early[2], late[2]);
        assertThat(late[0]).as("resident memory").isLessThan(early[0] * 1.05);
        assertThat(late[1]).as("direct memory").isLessThanOrEqualTo(early[1] * 1.05);
        assertThat(late[2]).as("open files").isLessThanOrEqualTo(early[2] + 1);
        forward.signal("TERM");
        assertThat(forward.exitCode()).isZero();
        assertThat(forward.output()).doesNotContain("LEAK", "WARN", "ERROR");
    }

    private List<double[]> sample() throws InterruptedException {
        List<double[]> samples = new ArrayList<>();
        for (int elapsed = 0; elapsed < SECONDS; elapsed += INTERVAL_SECONDS) {
            Thread.sleep(INTERVAL_SECONDS * 1000L); // Time passing is the subject.
            samples.add(new double[] {forward.metric(RESIDENT), forward.metric(DIRECT), forward.metric(FILES)});
        }
        return samples;
    }

    private static double[] mean(List<double[]> samples) {
        double[] mean = new double[3];
        for (double[] sample : samples) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += sample[i] / samples.size();
            }
        }
        return mean;
    }
}
