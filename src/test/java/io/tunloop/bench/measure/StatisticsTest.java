// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void shouldTakeTheMiddleOfAnOddNumber() {
        assertThat(Statistics.median(new double[] {9, 1, 5})).isEqualTo(5);
    }

    @Test
    void shouldTakeTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
        assertThat(Statistics.median(new double[] {4, 1, 100, 2})).isEqualTo(3);
    }

    @Test
    void shouldRefuseTheMedianOfNothing() {
        assertThatThrownBy(() -> Statistics.median(new double[0])).hasMessage("no median of no values");
    }

    @Test
    void shouldNotDivideByZeroOrByNothing() {
        assertThat(Statistics.ratio(1.0, 0.0)).isNull();
        assertThat(Statistics.ratio(1.0, null)).isNull();
        assertThat(Statistics.ratio(null, 1.0)).isNull();
        assertThat(Statistics.ratio(1.0, 3.0)).isEqualTo(0.3333);
    }

    @Test
    void shouldLeaveOutMeasuresThatNoRunHas() {
        List<RunResult> runs = List.of(run(Map.of(Measure.GBPS, 1.0)), run(Map.of(Measure.GBPS, 3.0)));

        assertThat(Statistics.perMeasure(runs, Statistics::median)).containsExactly(Map.entry(Measure.GBPS, 2.0));
        assertThat(Statistics.perMeasure(runs, Statistics::min)).containsExactly(Map.entry(Measure.GBPS, 1.0));
        assertThat(Statistics.perMeasure(runs, Statistics::max)).containsExactly(Map.entry(Measure.GBPS, 3.0));
    }

    private static RunResult run(Map<Measure, Double> measures) {
        return new RunResult(measures, List.of(), null, null, "");
    }
}
