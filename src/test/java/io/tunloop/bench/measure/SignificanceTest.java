// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignificanceTest {
    private static final int TRIALS = 2_000;
    private static final int ROTATIONS = 20;
    private static final double NOISE = 0.03; // of runs of 5 s on a shared machine

    /** Critical values of the two-sided U test, as statistics books print them. */
    @Test
    void shouldAgreeWithTheTablesOfTheUTest() {
        assertThat(Significance.pValue(new double[] {1, 2, 3, 4}, new double[] {5, 6, 7, 8}))
                .isCloseTo(2.0 / 70, within(1e-4));
        assertThat(Significance.pValue(new double[] {1, 2, 3}, new double[] {4, 5, 6}))
                .isCloseTo(0.1, within(1e-4));
        // n = m = 5: U = 2 is significant at 5 %, U = 3 is not.
        assertThat(Significance.pValue(new double[] {1, 2, 3, 4, 7}, new double[] {5, 6, 8, 9, 10}))
                .isCloseTo(0.0317, within(1e-3));
        assertThat(Significance.pValue(new double[] {1, 2, 3, 4, 8}, new double[] {5, 6, 7, 9, 10}))
                .isCloseTo(0.0556, within(1e-3));
    }

    @Test
    void shouldAgreeWithCountingEveryWayToRank() {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            double[] a = noise(random, 1 + random.nextInt(6), 1);
            double[] b = noise(random, 1 + random.nextInt(6), 1.02);

            assertThat(Significance.pValue(a, b)).isCloseTo(plainPValue(a, b), within(1e-4));
        }
    }

    @Test
    void shouldProveNothingByRunsThatAreAllAlikeNorByNone() {
        assertThat(Significance.pValue(new double[] {0, 0, 0, 0}, new double[] {0, 0, 0, 0}))
                .isEqualTo(1);
        assertThat(Significance.pValue(new double[] {}, new double[] {1})).isNull();
        assertThat(Significance.isProven(null)).isFalse();
    }

    @Test
    void shouldFindNothingBetweenTheSameRowTwice() {
        assertThat(provenPercent(1.0)).isLessThan(5);
    }

    @Test
    void shouldFindASlowDownOf5Percent() {
        assertThat(provenPercent(0.95)).isGreaterThan(95);
    }

    /** In how many trials of interleaved runs, on a machine that slows down on the way, two rows are said to differ. */
    private static double provenPercent(double factor) {
        Random random = new Random(3);
        int proven = 0;
        for (int i = 0; i < TRIALS; i++) {
            double[] a = noise(random, ROTATIONS, 1);
            double[] b = noise(random, ROTATIONS, factor);
            for (int rotation = 0; rotation < ROTATIONS; rotation++) {
                double drift = 1 - 0.02 * rotation / ROTATIONS;
                a[rotation] *= drift;
                b[rotation] *= drift;
            }
            proven += Significance.isProven(Significance.pValue(a, b)) ? 1 : 0;
        }
        return 100.0 * proven / TRIALS;
    }

    private static double[] noise(Random random, int n, double median) {
        return IntStream.range(0, n)
                .mapToDouble(i -> median * Math.exp(NOISE * random.nextGaussian()))
                .toArray();
    }

    /** The share of all ways to choose a's ranks whose U is at least as far from the middle. */
    private static double plainPValue(double[] a, double[] b) {
        int total = a.length + b.length;
        double middle = a.length * b.length / 2.0;
        double observed = Math.abs(u(a, b) - middle);
        int ways = 0;
        int extreme = 0;
        for (int chosen = 0; chosen < 1 << total; chosen++) {
            if (Integer.bitCount(chosen) == a.length) {
                ways++;
                extreme += Math.abs(u(chosen, total) - middle) >= observed - 1e-9 ? 1 : 0;
            }
        }
        return Math.min(1, (double) extreme / ways);
    }

    private static double u(double[] a, double[] b) {
        double u = 0;
        for (double x : a) {
            for (double y : b) {
                u += x > y ? 1 : 0;
            }
        }
        return u;
    }

    private static double u(int chosen, int total) {
        double u = 0;
        for (int x = 0; x < total; x++) {
            for (int y = 0; y < x; y++) {
                u += (chosen >> x & 1) == 1 && (chosen >> y & 1) == 0 ? 1 : 0;
            }
        }
        return u;
    }
}
