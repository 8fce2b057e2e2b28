// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SparklineTest {
    private final Sparkline sparkline = new Sparkline();

    @Test
    void shouldBeFlatWithoutAnyNumberAboveZero() {
        sparkline.add(0);
        sparkline.add(0);
        assertThat(sparkline.toString()).startsWith("▁▁ ").hasSize(20);
    }

    @Test
    void shouldGiveTheLargestTheTallestBar() {
        for (int value : new int[] {0, 7, 14, 3}) {
            sparkline.add(value);
        }
        assertThat(sparkline.toString()).startsWith("▁▅█▃ ");
    }

    @Test
    void shouldForgetTheOldest() {
        sparkline.add(1000);
        for (int i = 0; i < 20; i++) {
            sparkline.add(1);
        }
        assertThat(sparkline.toString()).isEqualTo("█".repeat(20));
    }
}
