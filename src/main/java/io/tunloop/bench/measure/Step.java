// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/**
 * Where a series of results has changed its level by more than chance.
 *
 * <p>Found by halving: of all places to cut a stretch in two, the one where both sides differ most surely is a step if they are
 * proven to differ; then each side is searched in the same way. The test is that of {@link Significance} on all runs of either
 * side, and it is as many times stricter as there are places to cut, so that a longer history does not find more by chance.
 *
 * @param index of the first result at the new level
 * @param before median of the level before
 * @param after median of the level from there on
 * @param pValue how probable it is by chance alone, for this cut
 */
public record Step(int index, double before, double after, double pValue) {
    /** @param results the runs of each, one at least, in the order of time */
    public static List<Step> find(List<double[]> results) {
        TreeMap<Integer, Double> cuts = new TreeMap<>();
        search(results, 0, results.size(), cuts);
        List<Step> steps = new ArrayList<>();
        for (int cut : cuts.keySet()) {
            Integer start = cuts.lowerKey(cut);
            Integer end = cuts.higherKey(cut);
            double before = Statistics.median(runs(results, start == null ? 0 : start, cut));
            double after = Statistics.median(runs(results, cut, end == null ? results.size() : end));
            if (before != after) {
                steps.add(new Step(cut, before, after, cuts.get(cut)));
            }
        }
        return steps;
    }

    private static void search(List<double[]> results, int from, int to, TreeMap<Integer, Double> cuts) {
        int best = -1;
        double lowest = 1;
        for (int cut = from + 1; cut < to; cut++) {
            double pValue = Significance.unroundedPValue(runs(results, from, cut), runs(results, cut, to));
            if (pValue < lowest) {
                best = cut;
                lowest = pValue;
            }
        }
        if (best >= 0 && Significance.isProven(lowest * (to - from - 1))) {
            cuts.put(best, lowest);
            search(results, from, best, cuts);
            search(results, best, to, cuts);
        }
    }

    private static double[] runs(List<double[]> results, int from, int to) {
        return results.subList(from, to).stream()
                .flatMapToDouble(DoubleStream::of)
                .toArray();
    }
}
