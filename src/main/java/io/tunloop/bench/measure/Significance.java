// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Whether the runs of two rows differ by more than chance.
 *
 * <p>The test knows ranks only, so that it needs no distribution and a single wild run does not decide it. With 3 runs each
 * nothing is ever significant: of the 20 ways to rank them, 2 are as extreme as any can be.
 *
 * Source: H. B. Mann and D. R. Whitney, On a Test of Whether one of Two Random Variables is Stochastically Larger, 1947.
 */
public final class Significance {
    /** Below it a difference counts as proven. */
    private static final double ALPHA = 0.05;

    private Significance() {}

    /** How probable a difference at least as large is by chance alone, two-sided; {@code null} when a side has no runs. */
    public static Double pValue(double[] a, double[] b) {
        return a.length == 0 || b.length == 0 ? null : Statistics.round(unroundedPValue(a, b));
    }

    /** To compare differences that are all proven: rounded, many are 0. */
    static double unroundedPValue(double[] a, double[] b) {
        double p = MannWhitneyUTest.withDefaults().test(a, b).getPValue();
        return Double.isNaN(p) ? 1.0 : Math.min(1, p); // all runs alike have no rank
    }

    /** @param pValue {@code null} for unknown, which proves nothing */
    public static boolean isProven(Double pValue) {
        return pValue != null && pValue < ALPHA;
    }
}
