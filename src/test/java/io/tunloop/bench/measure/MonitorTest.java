// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.Shell;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MonitorTest {
    private final Shell shell = new Shell(null);

    @Test
    void shouldSeeTheWorkOfAChildOfAWrapperScript() throws Exception {
        try (Child wrapper = shell.start(List.of("sh", "-c", "sh -c 'while :; do :; done'; true"));
                Monitor monitor = Monitor.start(wrapper.handle(), null)) {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (monitor.samples().size() < 2 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            Map<Measure, Double> measures = monitor.stop();

            assertThat(measures.get(Measure.CPU_MAX)).isBetween(2.0, 120.0);
            assertThat(measures.get(Measure.CPU_AVG)).isBetween(2.0, 120.0);
            assertThat(measures.get(Measure.MEM_MAX)).isBetween(0.5, 20.0);
        }
    }

    @Test
    void shouldMeasureAnIdleProcessAsIdle() throws Exception {
        try (Child idle = shell.start(List.of("sleep", "60"));
                Monitor monitor = Monitor.start(idle.handle(), null)) {
            Map<Measure, Double> measures = monitor.stop();

            assertThat(measures.get(Measure.CPU_AVG)).isCloseTo(0, within(5.0));
        }
    }

    @Test
    @Timeout(120)
    void shouldNeverFallWhenAMemberOfTheTreeEnds() throws Exception {
        try (Child wrapper = shell.start(List.of("sh", "-c", "sh -c 'ulimit -t 1; while :; do :; done'; sleep 60"))) {
            ProcessTree tree = new ProcessTree(wrapper.handle());
            double last = 0;
            // The loop is followed by the sleep: until there is one, its time counts as that of a living member.
            while (last < 0.3 || !isAsleep(wrapper)) {
                double now = tree.cpuSeconds();
                assertThat(now).isGreaterThanOrEqualTo(last);
                last = now;
            }
            System.gc(); // a registry that lost its binder would say 0 from here on
            assertThat(tree.cpuSeconds()).isGreaterThanOrEqualTo(last);
        }
    }

    private static boolean isAsleep(Child wrapper) {
        // A shell may become the last command that it has.
        return Stream.concat(Stream.of(wrapper.handle()), wrapper.handle().descendants())
                .anyMatch(process -> process.info().command().orElse("").endsWith("sleep"));
    }
}
