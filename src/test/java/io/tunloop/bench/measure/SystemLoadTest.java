// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.measure.SystemLoad.Snapshot;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemLoadTest {
    private static final String BEFORE = """
            cpu  1000 100 500 9000 10 20 40 30 7 0
            cpu0 1000 100 500 9000 10 20 40 30 7 0
            ctxt 1000000
            """;
    private static final String AFTER = """
            cpu  1100 110 580 9300 10 24 140 42 7 0
            cpu0 1100 110 580 9300 10 24 140 42 7 0
            ctxt 1300000
            """;

    @Test
    void shouldCountWorkOfTheKernelThatNoProcessHas() {
        Map<Measure, Double> measures = Snapshot.parse(AFTER).since(Snapshot.parse(BEFORE), 2, 25);

        assertThat(measures)
                .containsEntry(Measure.SYSTEM_USER, 55.0)
                .containsEntry(Measure.SYSTEM_KERNEL, 42.0)
                .containsEntry(Measure.SYSTEM_SOFTIRQ, 50.0)
                .containsEntry(Measure.STEAL, 6.0)
                .containsEntry(Measure.CONTEXT_SWITCHES, 150.0)
                .containsEntry(Measure.SYSTEM_CPU, 55.0 + 42 + 50 - 25);
    }

    @Test
    void shouldNeverBeBelowZero() {
        Snapshot same = Snapshot.parse(BEFORE);

        assertThat(same.since(same, 1, 3)).containsEntry(Measure.SYSTEM_CPU, 0.0);
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatThrownBy(() -> Snapshot.parse("cpu  1 2 3 4 5 6 7 8")).hasMessage("/proc/stat has no line 'ctxt'");
    }
}
