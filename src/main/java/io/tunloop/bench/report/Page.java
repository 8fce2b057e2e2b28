// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A page with everything in it, which loads nothing from anywhere: styles, script, drawings, the numbers of the curves.
 *
 * <p>Bars are drawn here, so that they are there without a script too; curves are drawn by uPlot when they come into sight.
 */
final class Page {
    private static final ObjectMapper MAPPER = new ObjectMapper().registerModule(PlainNumber.module());

    private final StringBuilder body = new StringBuilder();
    private final String title;

    Page(String title) {
        this.title = title;
    }

    /** @param markup finished; text in it is escaped */
    Page append(String markup) {
        body.append(markup);
        return this;
    }

    Page text(String text) {
        return append(Html.escape(text));
    }

    /** @param id what the navigation points to */
    Page beginSection(String id, String heading) {
        return append("<section id=\"")
                .append(id)
                .append("\">\n<h2>")
                .text(heading)
                .append("</h2>\n");
    }

    Page endSection() {
        return append("</section>\n");
    }

    Page bars(BarChart chart) {
        append("<figure class=\"card\" id=\"").append(chart.name()).append("\">\n<figcaption><b>");
        text(chart.title()).append("</b> <span>").text(chart.subtitle()).append("</span></figcaption>\n");
        return append(BarDrawing.element(chart)).append("</figure>\n");
    }

    /** @param small whether it is one of many side by side */
    Page curves(CurveChart chart, boolean small) {
        append("<figure class=\"card curves")
                .append(small ? " small" : "")
                .append("\" id=\"")
                .append(chart.name());
        append("\">\n<figcaption><b>").text(chart.title()).append("</b> <span>").text(chart.subtitle());
        append("</span></figcaption>\n<div class=\"plot\"></div>\n<output></output>\n");
        return append("<script type=\"application/json\">").append(json(chart)).append("</script>\n</figure>\n");
    }

    /** Nothing in it ends the element that it stands in. */
    private static String json(CurveChart chart) {
        try {
            return MAPPER.writeValueAsString(chart).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a chart that is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    String render() {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n"
                + "<link rel=\"icon\" href=\"data:,\">\n<title>" + Html.escape(title) + "</title>\n<style>\n"
                + Asset.uplotStyle() + '\n' + Asset.own("chart.css") + Asset.own("page.css")
                + "</style>\n</head>\n<body>\n"
                + body + "<script>\n" + Asset.uplotScript() + "</script>\n<script>\n" + Asset.own("page.js")
                + "</script>\n</body>\n</html>\n";
    }
}
