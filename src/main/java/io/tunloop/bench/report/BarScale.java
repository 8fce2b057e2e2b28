// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.plan.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where on a drawing a value stands, from 0 on.
 *
 * <p>What is not ours and so large that it would flatten everything else stays outside: its bar is drawn torn.
 *
 * Units: percent of the width.
 *
 * @param max the value at the right edge
 */
record BarScale(double max) {
    private static final double FLATTENS = 2; // times the next largest
    private static final double MARGIN = 1.02;
    private static final int TICKS = 5;
    private static final double[] STEPS = {1, 2, 2.5, 5, 10};

    static BarScale of(List<BarChart.Bar> bars) {
        List<BarChart.Bar> sorted = bars.stream()
                .sorted(Comparator.comparingDouble(BarChart.Bar::end).reversed())
                .toList();
        int first = 0;
        while (first + 1 < sorted.size() && flattens(sorted.get(first), sorted.get(first + 1))) {
            first++;
        }
        double largest = sorted.isEmpty() ? 0 : sorted.get(first).end();
        return new BarScale(largest > 0 ? largest * MARGIN : 1);
    }

    private static boolean flattens(BarChart.Bar bar, BarChart.Bar next) {
        boolean isOthers = bar.kind() == Row.Kind.PEER || bar.kind() == Row.Kind.BASELINE;
        return isOthers && next.end() > 0 && bar.end() > FLATTENS * next.end();
    }

    static boolean hasTornBar(BarChart chart) {
        BarScale scale = of(chart.bars());
        return chart.bars().stream().anyMatch(bar -> scale.isOutside(bar.value()));
    }

    boolean isOutside(double value) {
        return value > max;
    }

    double percent(double value) {
        return 100 * Math.min(Math.max(value, 0), max) / max;
    }

    /** Round numbers from 0 on, {@link #TICKS} or some fewer steps apart. */
    List<Double> ticks() {
        double magnitude = Math.pow(10, Math.floor(Math.log10(max / TICKS)));
        double step = magnitude * 10;
        for (double candidate : STEPS) {
            if (max / (candidate * magnitude) <= TICKS) {
                step = candidate * magnitude;
                break;
            }
        }
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i * step <= max; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
}
