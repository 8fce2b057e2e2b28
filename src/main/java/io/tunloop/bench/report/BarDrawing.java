// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * Bars with whiskers as SVG.
 *
 * <pre>
 * async-gso              22.10 - 23.90   23.00
 * ##############################|-+-|    :
 * limit-passthrough      23.60 - 24.70   24.25
 * ######################################|+|
 * </pre>
 *
 * <p>Places are percent across and pixels down, so that the letters have the same size on a phone and on a wide screen. Its
 * colours are those of {@code chart.css}, light or dark.
 */
final class BarDrawing {
    private static final int ROW = 36;
    private static final int TEXT = 12; // baseline, below the top of the row
    private static final int BAR = 19;
    private static final int BAR_HEIGHT = 10;
    private static final int WHISKER = 5; // half its cap
    private static final int GROUP = 34;
    private static final int AXIS = 26;
    private static final int LONGEST_LABEL = 32;
    private static final int WIDTH = 640;
    private static final int PADDING = 24;
    private static final int HEAD = 92;

    private final StringBuilder svg = new StringBuilder();
    private final BarChart chart;
    private final BarScale scale;
    private int y;

    private BarDrawing(BarChart chart) {
        this.chart = chart;
        this.scale = BarScale.of(chart.bars());
    }

    /** For a page that has the styles, the title and the legend. As wide as its place. */
    static String element(BarChart chart) {
        BarDrawing drawing = new BarDrawing(chart);
        drawing.appendBars();
        return "<svg class=\"bars\" role=\"img\" aria-label=\"" + Html.escape(chart.title())
                + "\" width=\"100%\" height=\"" + drawing.y + "\">\n" + drawing.svg + "</svg>\n";
    }

    /** A file of its own, which follows the light or dark of who looks at it. */
    static String file(BarChart chart) {
        BarDrawing drawing = new BarDrawing(chart);
        drawing.appendBars();
        int height = HEAD + drawing.y + PADDING / 2;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + ' ' + height + "\" width=\"" + WIDTH
                + "\" height=\"" + height + "\">\n<title>" + Html.escape(chart.title()) + "</title>\n<style>\n"
                + Asset.own("chart.css")
                + "</style>\n<rect class=\"surface\" width=\"100%\" height=\"100%\" rx=\"12\"/>\n"
                + head(chart) + "<svg class=\"bars\" x=\"" + PADDING + "\" y=\"" + HEAD + "\" width=\""
                + (WIDTH - 2 * PADDING) + "\" height=\"" + drawing.y + "\">\n" + drawing.svg + "</svg>\n</svg>\n";
    }

    private static String head(BarChart chart) {
        StringBuilder head = new StringBuilder();
        head.append(text("title", PADDING, 34, chart.title()));
        head.append(text("subtitle", PADDING, 54, chart.subtitle()));
        int x = PADDING;
        for (Legend entry : Legend.values()) {
            head.append("<rect class=\"bar ")
                    .append(entry.kind())
                    .append("\" x=\"")
                    .append(x);
            head.append("\" y=\"68\" width=\"10\" height=\"10\" rx=\"2\"/>\n");
            head.append(text("subtitle", x + 16, 77, entry.text()));
            x += entry.widthPixels();
        }
        return head.toString();
    }

    private static String text(String type, int x, int y, String text) {
        return "<text class=\"" + type + "\" x=\"" + x + "\" y=\"" + y + "\">" + Html.escape(text) + "</text>\n";
    }

    private void appendBars() {
        for (BarChart.Group group : chart.groups()) {
            svg.append(text("group", 0, y + GROUP - 12, group.title()));
            y += GROUP;
            int top = y;
            for (BarChart.Bar bar : group.bars()) {
                appendTrack(bar);
                y += ROW;
            }
            if (group.limit() != null && !scale.isOutside(group.limit())) {
                appendLine("reference", scale.percent(group.limit()), top + BAR - 3, y - ROW + BAR + BAR_HEIGHT + 3);
            }
            y = top;
            for (BarChart.Bar bar : group.bars()) {
                appendBar(bar);
                y += ROW;
            }
        }
        appendAxis();
    }

    private void appendTrack(BarChart.Bar bar) {
        svg.append("<rect class=\"track\" y=\"").append(y + BAR).append("\" width=\"100%\" height=\"");
        svg.append(BAR_HEIGHT).append("\" rx=\"2\"/>\n");
        svg.append("<rect class=\"bar ")
                .append(Html.kind(bar.kind()))
                .append("\" y=\"")
                .append(y + BAR);
        svg.append("\" width=\"").append(percent(scale.percent(bar.value()))).append("\" height=\"");
        svg.append(BAR_HEIGHT).append("\" rx=\"2\"/>\n");
    }

    private void appendBar(BarChart.Bar bar) {
        svg.append("<g class=\"row\"><title>").append(Html.escape(bar.label() + ": " + bar.text() + ' ' + bar.range()));
        svg.append("</title>\n").append(text("label", 0, y + TEXT, shorten(bar.label())));
        svg.append("<text class=\"value\" x=\"100%\" y=\"").append(y + TEXT).append("\">");
        if (!bar.range().isEmpty()) {
            svg.append("<tspan class=\"range\">")
                    .append(Html.escape(bar.range()))
                    .append("</tspan>  ");
        }
        svg.append(Html.escape(bar.text())).append("</text>\n");
        if (scale.isOutside(bar.value())) {
            appendTear();
        } else if (bar.hasWhisker()) {
            appendWhisker(scale.percent(bar.low()), scale.percent(bar.high()));
        }
        svg.append("</g>\n");
    }

    /** The end of a bar that goes on beyond the drawing. */
    private void appendTear() {
        appendLine("tear", 95, y + BAR - 2, y + BAR + BAR_HEIGHT + 2);
        appendLine("tear", 97, y + BAR - 2, y + BAR + BAR_HEIGHT + 2);
    }

    private void appendWhisker(double low, double high) {
        int middle = y + BAR + BAR_HEIGHT / 2;
        svg.append("<g class=\"whisker\"><line x1=\"")
                .append(percent(low))
                .append("\" x2=\"")
                .append(percent(high));
        svg.append("\" y1=\"").append(middle).append("\" y2=\"").append(middle).append("\"/>");
        appendLine("cap", low, middle - WHISKER, middle + WHISKER);
        appendLine("cap", high, middle - WHISKER, middle + WHISKER);
        svg.append("</g>\n");
    }

    private void appendLine(String type, double percent, int from, int to) {
        svg.append("<line class=\"")
                .append(type)
                .append("\" x1=\"")
                .append(percent(percent))
                .append("\" x2=\"");
        svg.append(percent(percent))
                .append("\" y1=\"")
                .append(from)
                .append("\" y2=\"")
                .append(to)
                .append("\"/>");
    }

    private void appendAxis() {
        for (double tick : scale.ticks()) {
            double at = scale.percent(tick);
            String anchor = at == 0 ? "start" : at > 96 ? "end" : "middle";
            appendLine("tick", at, y - 2, y + 3);
            svg.append("<text class=\"tick\" x=\"")
                    .append(percent(at))
                    .append("\" y=\"")
                    .append(y + 16);
            svg.append("\" text-anchor=\"")
                    .append(anchor)
                    .append("\">")
                    .append(plain(tick))
                    .append("</text>\n");
        }
        y += AXIS;
    }

    /** Of a sum of steps, without what binary fractions add at its end. */
    private static String plain(double tick) {
        return tick == 0
                ? "0"
                : new BigDecimal(tick)
                        .round(new MathContext(6))
                        .stripTrailingZeros()
                        .toPlainString();
    }

    private static String percent(double percent) {
        return String.format(Locale.ROOT, "%.2f%%", percent);
    }

    private static String shorten(String label) {
        return label.length() <= LONGEST_LABEL ? label : label.substring(0, LONGEST_LABEL - 1) + '…';
    }
}
