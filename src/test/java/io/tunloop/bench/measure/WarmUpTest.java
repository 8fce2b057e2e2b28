// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void shouldTellWhenTheRateStaysAt90PercentOfTheWarmOne() {
        assertThat(WarmUp.seconds(rates(1, 5, 9.5, 6, 9, 9.2, 9.6, 10, 10, 10, 10, 10, 10, 10)))
                .isEqualTo(0.5);
    }

    @Test
    void shouldBeWarmAtOnceWhereNothingHasToWarmUp() {
        assertThat(WarmUp.seconds(rates(10, 10, 10, 10, 10, 10))).isEqualTo(0.1);
    }

    @Test
    void shouldNotGuessFromAFewIntervals() {
        assertThat(WarmUp.seconds(rates(1, 10, 10, 10))).isNull();
        assertThat(WarmUp.seconds(List.of())).isNull();
    }

    private static List<Sample> rates(double... gbps) {
        return IntStream.range(0, gbps.length)
                .mapToObj(i -> new Sample((i + 1) / 10.0, gbps[i], null, null))
                .toList();
    }
}
