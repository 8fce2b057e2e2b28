// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Two result files side by side: for each row that both have, the ratio new to old with its spread.
 *
 * <p>The spread reaches from the new smallest over the old largest to the new largest over the old smallest: a change
 * within it may be noise.
 */
public final class ResultComparison {
    private static final int TEXT_COLUMNS = 1;

    private final String property;
    private final Map<String, ResultFile.Spread> before;
    private final Map<String, ResultFile.Spread> after;

    private ResultComparison(String property, ResultFile before, ResultFile after) {
        this.property = property;
        this.before = before.rows();
        this.after = after.rows();
    }

    /** @param property the measure's name in the files, like {@code gbps}; higher is better */
    public static ResultComparison read(Path before, Path after, String property) throws IOException {
        return new ResultComparison(property, ResultFile.read(before, property), ResultFile.read(after, property));
    }

    public String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("Row", "old " + property, "new " + property, "new/old", "spread"));
        for (String label : common()) {
            ResultFile.Spread old = before.get(label);
            ResultFile.Spread now = after.get(label);
            lines.add(List.of(
                    label,
                    format(old.median()),
                    format(now.median()),
                    format(now.median() / old.median()),
                    format(now.min() / old.max()) + " .. " + format(now.max() / old.min())));
        }
        return TextTable.render(lines, TEXT_COLUMNS)
                + missing("only old: ", before, after)
                + missing("only new: ", after, before);
    }

    /** The rows whose ratio is below this, and those that have vanished: a row that fails now must not pass unseen. */
    public List<String> below(double ratio) {
        return before.keySet().stream()
                .filter(label -> !after.containsKey(label)
                        || after.get(label).median() / before.get(label).median() < ratio)
                .toList();
    }

    private List<String> common() {
        return before.keySet().stream().filter(after::containsKey).toList();
    }

    private static String missing(String title, Map<String, ?> rows, Map<String, ?> others) {
        List<String> labels = rows.keySet().stream()
                .filter(label -> !others.containsKey(label))
                .toList();
        return labels.isEmpty() ? "" : title + String.join(", ", labels) + '\n';
    }

    private static String format(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
