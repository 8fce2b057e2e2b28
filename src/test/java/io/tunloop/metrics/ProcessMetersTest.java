// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class ProcessMetersTest {
    private final ProcessMeters inside = new ProcessMeters();
    private final ProcessMeters outside =
            new ProcessMeters(ProcessHandle.current().pid());

    @Test
    void shouldGiveTheSameNumbersFromInsideAndFromOutside() {
        double before = inside.cpuSeconds();
        double seen = outside.cpuSeconds();
        double after = inside.cpuSeconds();

        assertThat(seen).isBetween(before, after).isPositive();
        assertThat(outside.residentBytes() / inside.residentBytes()).isCloseTo(1, within(0.1));
    }

    @Test
    void shouldCountTheTimeOfThreadsThatHaveEnded() throws InterruptedException {
        double before = outside.cpuSeconds();
        Thread worker = new Thread(() -> {
            while (outside.cpuSeconds() - before < 0.2) {
                Thread.onSpinWait();
            }
        });
        worker.start();
        worker.join();

        assertThat(outside.cpuSeconds() - before).isGreaterThanOrEqualTo(0.2);
    }

    @Test
    void shouldBindBothMeters() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        inside.bindTo(registry);

        assertThat(registry.get(ProcessMeters.CPU_TIME).functionCounter().count())
                .isPositive();
        assertThat(registry.get(ProcessMeters.MEMORY_RESIDENT).gauge().value()).isGreaterThan(10 * 1024 * 1024);
    }

    @Test
    void shouldBeNanForAProcessThatIsGone() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        ProcessMeters gone = new ProcessMeters(process.pid());

        assertThat(gone.cpuSeconds()).isNaN();
        assertThat(gone.residentBytes()).isNaN();
    }
}
