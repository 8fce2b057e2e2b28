// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class HardwareCountersTest {
    @Test
    void shouldDivideByPacketsWhatPerfCounted() {
        var counts = HardwareCounters.parse("""
                3000000,,cycles:u,1000,100.00,,
                4500000,,instructions,1000,100.00,1.50,insn per cycle
                2000,,cache-misses,1000,66.67,,
                """);

        assertThat(HardwareCounters.measures(counts, 1000))
                .containsOnly(
                        entry(Measure.CYCLES_PER_PACKET, 3000.0),
                        entry(Measure.INSTRUCTIONS_PER_PACKET, 4500.0),
                        entry(Measure.CACHE_MISSES_PER_PACKET, 2.0),
                        entry(Measure.INSTRUCTIONS_PER_CYCLE, 1.5));
    }

    @Test
    void shouldLeaveOutWhatTheProcessorCannotCount() {
        var counts = HardwareCounters.parse("""
                <not supported>,,cycles,0,100.00,,
                <not counted>,,instructions,0,0.00,,
                """);

        assertThat(counts).isEmpty();
        assertThat(HardwareCounters.measures(counts, 1000)).isEmpty();
    }

    @Test
    void shouldTellNothingPerPacketWhenNoneCame() {
        assertThat(HardwareCounters.measures(HardwareCounters.parse("5,,cycles,1,100.00,,"), 0))
                .isEmpty();
    }
}
