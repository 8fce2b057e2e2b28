// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tunloop.bench.plan.Row;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BarScaleTest {
    private static BarChart.Bar bar(Row.Kind kind, double value, double high) {
        return new BarChart.Bar("row", kind, value, value, high, "", "");
    }

    @Test
    void shouldHaveRoomForTheLongestWhisker() {
        BarScale scale = BarScale.of(List.of(bar(Row.Kind.MODE, 10, 20), bar(Row.Kind.LIMIT, 15, 15)));

        assertThat(scale.percent(20)).isBetween(95.0, 100.0);
        assertThat(scale.percent(10)).isCloseTo(scale.percent(20) / 2, within(1e-9));
        assertThat(scale.percent(0)).isZero();
    }

    @Test
    void shouldTearABaselineAndAPeerThatWouldFlattenTheRest() {
        BarScale scale = BarScale.of(
                List.of(bar(Row.Kind.PEER, 211, 211), bar(Row.Kind.BASELINE, 66, 66), bar(Row.Kind.MODE, 24, 31)));

        assertThat(scale.isOutside(211)).isTrue();
        assertThat(scale.isOutside(66)).isTrue();
        assertThat(scale.isOutside(31)).isFalse();
        assertThat(scale.percent(211)).isEqualTo(100);
    }

    @Test
    void shouldNeverTearALimitNorOneOfOurs() {
        assertThat(BarScale.of(List.of(bar(Row.Kind.LIMIT, 24, 24), bar(Row.Kind.MODE, 5, 5)))
                        .isOutside(24))
                .isFalse();
        assertThat(BarScale.of(List.of(bar(Row.Kind.MODE, 99, 99), bar(Row.Kind.PEER, 5, 5)))
                        .isOutside(99))
                .isFalse();
    }

    @Test
    void shouldNotTearTheOnlyBar() {
        assertThat(BarScale.of(List.of(bar(Row.Kind.PEER, 211, 211))).isOutside(211))
                .isFalse();
    }

    @Test
    void shouldDrawNothingButZerosOnSomeScale() {
        BarScale scale = BarScale.of(List.of(bar(Row.Kind.MODE, 0, 0)));

        assertThat(scale.percent(0)).isZero();
        assertThat(scale.ticks()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.003, 0.7, 1, 1.37, 9.99, 10, 24.9, 61, 1_000, 87_654_321})
    void shouldHaveRoundTicksFromZeroToBelowTheEnd(double max) {
        List<Double> ticks = new BarScale(max).ticks();

        assertThat(ticks).hasSizeBetween(3, 6).startsWith(0.0);
        assertThat(ticks.get(ticks.size() - 1)).isBetween(max * 0.6, max);
        double step = ticks.get(1);
        double digits = step / Math.pow(10, Math.floor(Math.log10(step) + 1e-9));
        assertThat(digits)
                .satisfiesAnyOf(
                        value -> assertThat(value).isCloseTo(1, within(1e-9)),
                        value -> assertThat(value).isCloseTo(2, within(1e-9)),
                        value -> assertThat(value).isCloseTo(2.5, within(1e-9)),
                        value -> assertThat(value).isCloseTo(5, within(1e-9)));
    }
}
