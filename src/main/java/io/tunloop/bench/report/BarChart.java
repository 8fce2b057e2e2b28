// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.plan.Row;
import java.util.List;

/**
 * One figure of all rows, as bars in groups.
 *
 * @param name of the file and of the place in the page
 * @param subtitle the unit, and which way is better
 */
record BarChart(String name, String title, String subtitle, List<Group> groups) {
    /** @param limit what the bars of this group are held against; {@code null} for nothing */
    record Group(String title, Double limit, List<Bar> bars) {}

    /**
     * @param low where the whisker begins; {@code null} for no whisker
     * @param text the value as the tables show it
     * @param range the whisker in words; "" for none
     */
    record Bar(String label, Row.Kind kind, double value, Double low, Double high, String text, String range) {
        boolean hasWhisker() {
            return low != null;
        }

        /** As far to the right as it is drawn. */
        double end() {
            return hasWhisker() ? Math.max(value, high) : value;
        }
    }

    List<Bar> bars() {
        return groups.stream().flatMap(group -> group.bars().stream()).toList();
    }
}
