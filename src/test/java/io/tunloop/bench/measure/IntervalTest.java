// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
    /** The ranks of the 95 % interval of a median, as statistics books print them. */
    @ParameterizedTest
    @CsvSource({
        "6, 1, 6, 96.875",
        "8, 1, 8, 99.2188",
        "9, 2, 8, 96.0938",
        "10, 2, 9, 97.8516",
        "15, 4, 12, 96.4844",
        "20, 6, 15, 95.8611",
        "30, 10, 21, 95.7226",
    })
    void shouldTakeTheRanksOfTheTable(int n, double low, double high, double confidence) {
        Interval interval = Interval.ofMedian(shuffled(n));

        assertThat(interval).isEqualTo(new Interval(low, high, confidence));
    }

    @ParameterizedTest
    @CsvSource({"2, 50", "3, 75", "5, 93.75"})
    void shouldSayHowLittleFewRunsProve(int n, double confidence) {
        assertThat(Interval.ofMedian(shuffled(n))).isEqualTo(new Interval(1, n, confidence));
    }

    @Test
    void shouldHaveNoneOfASingleRun() {
        assertThat(Interval.ofMedian(new double[] {1})).isNull();
    }

    @Test
    void shouldBeTheNarrowestOfAtLeast95PercentAtEverySize() {
        for (int n = 6; n <= 60; n++) {
            Interval interval = Interval.ofMedian(shuffled(n));
            int cut = (int) interval.low();

            assertThat(interval.high()).as("n = %d", n).isEqualTo(n + 1 - cut);
            assertThat(interval.confidencePercent())
                    .isCloseTo(plainConfidence(n, cut), within(1e-4))
                    .isGreaterThanOrEqualTo(95);
            assertThat(plainConfidence(n, cut + 1)).as("n = %d", n).isLessThan(95);
        }
    }

    @Test
    void shouldHoldTheTrueMedianAsOftenAsItSays() {
        Random random = new Random(1);
        int held = 0;
        int trials = 4_000;
        for (int i = 0; i < trials; i++) {
            double[] skewed = IntStream.range(0, 10)
                    .mapToDouble(run -> Math.exp(random.nextGaussian()))
                    .toArray();
            Interval interval = Interval.ofMedian(skewed);
            held += interval.low() <= 1 && 1 <= interval.high() ? 1 : 0;
        }

        assertThat(100.0 * held / trials).isCloseTo(97.85, within(1.0));
    }

    @Test
    void shouldTellHalfItsWidthInPercentOfTheMedian() {
        assertThat(new Interval(9, 11, 95).plusMinusPercent(10)).isEqualTo(10);
        assertThat(new Interval(0, 0, 95).plusMinusPercent(0)).isZero();
    }

    /** Every way in which n coins can fall, counted one by one through Pascal's triangle. */
    private static double plainConfidence(int n, int cut) {
        double outside = 0;
        double ways = 1;
        for (int below = 0; below < cut; below++) {
            outside += ways;
            ways = ways * (n - below) / (below + 1);
        }
        return 100 * (1 - 2 * outside / Math.pow(2, n));
    }

    private static double[] shuffled(int n) {
        double[] values = IntStream.rangeClosed(1, n).mapToDouble(i -> i).toArray();
        Random random = new Random(n);
        for (int i = n - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            double value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
        return values;
    }
}
