// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last numbers as a line of bars, the tallest for the largest of them. */
final class Sparkline {
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int WIDTH = 20;

    private final Deque<Double> values = new ArrayDeque<>(WIDTH);

    void add(double value) {
        if (values.size() == WIDTH) {
            values.remove();
        }
        values.add(value);
    }

    @Override
    public String toString() {
        double max = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        var line = new StringBuilder(WIDTH);
        for (double value : values) {
            int height = max > 0 ? (int) Math.round(value / max * (BARS.length() - 1)) : 0;
            line.append(BARS.charAt(Math.max(0, height)));
        }
        return line.append(" ".repeat(WIDTH - values.size())).toString();
    }
}
