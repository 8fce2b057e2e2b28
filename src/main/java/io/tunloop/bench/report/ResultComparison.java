// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Significance;
import io.tunloop.bench.report.ResultFile.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** One measure of two result files side by side: for each row that both have, how it has changed and whether that is proven. */
public final class ResultComparison {
    private static final int TEXT_COLUMNS = 1;

    private final Measure measure;
    private final Map<String, Values> before;
    private final Map<String, Values> after;
    private final boolean higherIsBetter;

    private ResultComparison(Measure measure, ResultFile before, ResultFile after) {
        this.measure = measure;
        higherIsBetter = after.higherIsBetter();
        this.before = before.rows();
        this.after = after.rows();
    }

    public static ResultComparison read(Path before, Path after, Measure measure) throws IOException {
        return new ResultComparison(measure, ResultFile.read(before, measure), ResultFile.read(after, measure));
    }

    public String table() {
        String property = measure.property();
        List<List<String>> lines = new ArrayList<>();
        lines.add(withLimit("limit", "Row", "old " + property, "new " + property, "change", "p", "verdict"));
        for (String label : common()) {
            lines.add(withLimit(
                    limits(label),
                    label,
                    measure.format(before.get(label).median()),
                    measure.format(after.get(label).median()),
                    String.format(Locale.ROOT, "%+.1f %%", 100 * (ratio(label) - 1)),
                    pValue(label) == null ? "-" : String.format(Locale.ROOT, "%.3f", pValue(label)),
                    verdict(label)));
        }
        return TextTable.render(lines, TEXT_COLUMNS)
                + missing("only old: ", before, after)
                + missing("only new: ", after, before);
    }

    /** A ratio to a limit says nothing without its name. */
    private List<String> withLimit(String limit, String... cells) {
        return Stream.concat(Stream.of(cells), measure.isToLimit() ? Stream.of(limit) : Stream.empty())
                .toList();
    }

    /** Another limit than before is another yardstick. */
    private String limits(String label) {
        String old = limit(before.get(label));
        String now = limit(after.get(label));
        return old.equals(now) ? now : old + " -> " + now;
    }

    private static String limit(Values values) {
        return values.limit().isEmpty() ? "?" : ResultTable.shortLimit(values.limit());
    }

    /** The rows whose ratio new to old is below this, proven or not, and those that have vanished. */
    public List<String> below(double ratio) {
        return before.keySet().stream()
                .filter(label -> !after.containsKey(label) || ratio(label) < ratio)
                .toList();
    }

    /**
     * The rows that are proven to be worse, by more than so many percent, and those that have vanished: a row that fails now
     * must not pass unseen.
     */
    public List<String> worse(double percent) {
        return before.keySet().stream()
                .filter(label -> !after.containsKey(label)
                        || isProven(label) && isWorse(label) && Math.abs(ratio(label) - 1) * 100 > percent)
                .toList();
    }

    private String verdict(String label) {
        return !isProven(label) ? "~" : isWorse(label) ? "worse" : "better";
    }

    private boolean isProven(String label) {
        return Significance.isProven(pValue(label)) && ratio(label) != 1;
    }

    private boolean isWorse(String label) {
        return higherIsBetter ? ratio(label) < 1 : ratio(label) > 1;
    }

    private double ratio(String label) {
        double old = before.get(label).median();
        double now = after.get(label).median();
        return old == now ? 1 : now / old; // both may be 0
    }

    private Double pValue(String label) {
        return Significance.pValue(before.get(label).runs(), after.get(label).runs());
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
}
