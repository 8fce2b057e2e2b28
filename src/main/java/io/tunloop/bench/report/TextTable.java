// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import java.util.Arrays;
import java.util.List;

/** Cells in aligned columns between vertical bars, which is a Markdown table too. */
final class TextTable {
    private static final int MIN_WIDTH_RIGHT = 2; // of the "-:" that aligns it

    private TextTable() {}

    /**
     * @param lines of equal length; the first is the header
     * @param leftColumns how many columns are aligned left, the others are aligned right
     */
    static String render(List<List<String>> lines, int leftColumns) {
        int[] widths = new int[lines.get(0).size()];
        Arrays.fill(widths, leftColumns, widths.length, MIN_WIDTH_RIGHT);
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], escape(line.get(i)).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            appendLine(text, lines.get(i), widths, leftColumns);
            if (i == 0) {
                appendRule(text, widths, leftColumns);
            }
        }
        return text.toString();
    }

    private static void appendLine(StringBuilder text, List<String> cells, int[] widths, int leftColumns) {
        for (int i = 0; i < widths.length; i++) {
            String cell = escape(cells.get(i));
            String padding = " ".repeat(widths[i] - cell.length());
            text.append("| ")
                    .append(i < leftColumns ? cell + padding : padding + cell)
                    .append(' ');
        }
        text.append("|\n");
    }

    private static void appendRule(StringBuilder text, int[] widths, int leftColumns) {
        for (int i = 0; i < widths.length; i++) {
            text.append("| ")
                    .append("-".repeat(widths[i] - (i < leftColumns ? 0 : 1)))
                    .append(i < leftColumns ? " " : ": ");
        }
        text.append("|\n");
    }

    private static String escape(String cell) {
        return cell.replace("|", "\\|");
    }
}
