// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The endpoint of a process under load, as Prometheus sees it. */
@RequiresTun
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MetricsIT {
    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private ForwardProcess forward;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        forward = ForwardProcess.start(hosts, List.of(), "--mode", "async-gso", "--metrics", "9464");
        forward.awaitLine("tunloop: ready");
        Traffic.start(hosts);
    }

    @Test
    void shouldCountWhatPasses() {
        assertThat(forward.metric("tunloop_packets_total{device=\"tun11\",direction=\"read\"}"))
                .isPositive();
        assertThat(forward.metric("tunloop_bytes_total{device=\"tun22\",direction=\"written\"}"))
                .isGreaterThan(4 << 20);
        assertThat(forward.metric("tunloop_segments_read_total{device=\"tun11\"}"))
                .isGreaterThan(forward.metric("tunloop_packets_total{device=\"tun11\",direction=\"read\"}") / 2);
        assertThat(forward.metric("tunloop_syscalls_total{device=\"tun11\",op=\"read\"}"))
                .isPositive();
        assertThat(forward.get("/metrics"))
                .containsPattern("tunloop_batches_total\\{device=\"tun11\",direction=\"read\",size=\"1\"} [1-9]")
                .contains("tunloop_batches_total{device=\"tun22\",direction=\"written\",size=\"3-4\"}")
                .contains("tunloop_batches_total{device=\"tun22\",direction=\"written\",size=\"65+\"}");
        assertThat(forward.metric("tunloop_device_up{device=\"tun11\"}")).isEqualTo(1);
        assertThat(forward.metric("tunloop_offload_enabled{device=\"tun11\",feature=\"tso4\"}"))
                .isEqualTo(1);
        assertThat(forward.metric("tunloop_process_cpu_time_seconds_total")).isPositive();
        assertThat(forward.metric("tunloop_process_memory_resident_bytes")).isGreaterThan(1 << 20);
        assertThat(forward.get("/metrics"))
                .contains(
                        "tunloop_dropped_total", "tunloop_kernel_tx_dropped_total", "tunloop_eventloop_lag_seconds_max")
                .contains("tunloop_eventloop_pending", "tunloop_allocator_used_bytes");
    }

    /** A registry holds what it asks weakly, and says nothing when it is gone. */
    @Test
    void shouldCountOnAfterGarbageCollection() throws Exception {
        String packets = "tunloop_packets_total{device=\"tun11\",direction=\"read\"}";
        double before = forward.metric(packets);
        hosts.host1().run("jcmd", Long.toString(forward.pid()), "GC.run");
        hosts.host1().run("jcmd", Long.toString(forward.pid()), "GC.run");

        assertThat(forward.metric(packets)).isGreaterThan(before);
        double cpu = forward.metric("tunloop_process_cpu_time_seconds_total");
        Traffic.start(hosts);
        assertThat(forward.metric("tunloop_process_cpu_time_seconds_total")).isGreaterThan(cpu);
        assertThat(forward.get("/metrics")).doesNotContain("NaN");
        // A JVM that jcmd has asked leaves its socket in /tmp when it is killed.
        forward.signal("TERM");
        assertThat(forward.exitCode()).isZero();
    }

    @Test
    void shouldSatisfyTheRulesOfPrometheus() {
        Tools.require("promtool");
        hosts.host1().sh("curl -sSf http://127.0.0.1:9464/metrics >" + folder + "/metrics");
        String complaints = hosts.host1().sh("promtool check metrics <" + folder + "/metrics 2>&1 || true");
        assertThat(complaints.lines().filter(line -> line.contains("tunloop_"))).isEmpty();
        assertThat(complaints).doesNotContain("error");
    }

    @Test
    void shouldBeScrapedByPrometheus() throws Exception {
        Prometheus.start(hosts, folder);
        String query = Prometheus.API + "query?query=tunloop_packets_total";
        assertThat(hosts.host1()
                        .sh("for i in $(seq 200); do curl -s '" + query
                                + "' | tee " + folder + "/answer | grep -q tun22 && break; sleep 0.1; done; cat "
                                + folder
                                + "/answer"))
                .contains("\"status\":\"success\"", "\"device\":\"tun22\"", "\"job\":\"tunloop\"");
    }
}
