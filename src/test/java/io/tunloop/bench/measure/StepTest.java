// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StepTest {
    private static final double NOISE = 0.02;

    @Test
    void shouldFindWhereTheLevelHasChangedAndByHowMuch() {
        List<double[]> results = new ArrayList<>();
        Random random = new Random(1);
        addResults(results, 8, 1.00, 5, random);
        addResults(results, 6, 0.90, 5, random);
        addResults(results, 7, 1.10, 5, random);

        List<Step> steps = Step.find(results);

        assertThat(steps).extracting(Step::index).containsExactly(8, 14);
        assertThat(steps.get(0).before()).isBetween(0.97, 1.03);
        assertThat(steps.get(0).after()).isBetween(0.87, 0.93);
        assertThat(steps.get(1).after()).isBetween(1.07, 1.13);
        assertThat(steps).allMatch(step -> step.pValue() < 0.001);
    }

    @Test
    void shouldFindAStepBetweenTwoResultsOfSeveralRuns() {
        assertThat(Step.find(List.of(new double[] {5, 5.1, 5.2, 5.3, 5.4}, new double[] {6, 6.1, 6.2, 6.3, 6.4})))
                .singleElement()
                .satisfies(step -> assertThat(step.index()).isEqualTo(1));
    }

    @Test
    void shouldFindAStepInResultsOfOneRunEach() {
        List<double[]> results = new ArrayList<>();
        Random random = new Random(2);
        addResults(results, 12, 1.0, 1, random);
        addResults(results, 12, 0.8, 1, random);

        assertThat(Step.find(results)).extracting(Step::index).containsExactly(12);
    }

    @Test
    void shouldProveNothingByFewRuns() {
        assertThat(Step.find(List.of(new double[] {1}, new double[] {2}))).isEmpty();
        assertThat(Step.find(List.of(new double[] {1, 2, 3}, new double[] {7, 8, 9})))
                .isEmpty();
        assertThat(Step.find(List.of())).isEmpty();
    }

    @Test
    void shouldFindNothingInWhatNeverChanges() {
        double[] always = {1, 1, 1, 1, 1};

        assertThat(Step.find(List.of(always, always, always))).isEmpty();
    }

    /** Tested at each of 29 places without more strictness, most of these would have a step by chance. */
    @Test
    void shouldSeldomFindInALongHistoryWhatIsOnlyNoise() {
        Random random = new Random(3);
        int found = 0;
        for (int trial = 0; trial < 200; trial++) {
            List<double[]> results = new ArrayList<>();
            addResults(results, 30, 1.0, 3, random);
            found += Step.find(results).isEmpty() ? 0 : 1;
        }

        assertThat(found).isLessThanOrEqualTo(10); // 5 %
    }

    private static void addResults(List<double[]> results, int count, double level, int runs, Random random) {
        for (int i = 0; i < count; i++) {
            double[] values = new double[runs];
            Arrays.setAll(values, run -> level * (1 + NOISE * random.nextGaussian()));
            results.add(values);
        }
    }
}
