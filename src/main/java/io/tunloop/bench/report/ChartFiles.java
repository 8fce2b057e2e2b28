// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.IChart;

/** The drawings of a report as SVG and PNG, keyed by file name without its ending. */
record ChartFiles(Map<String, String> svg, Map<String, byte[]> png) {
    static ChartFiles of(Report report) {
        System.setProperty("java.awt.headless", "true");
        // Its files would be deleted by a shutdown hook, which a bench that was told to end can no longer add.
        ImageIO.setUseCache(false);
        Map<String, String> svg = new LinkedHashMap<>();
        Map<String, byte[]> png = new LinkedHashMap<>();
        Charts.of(report).forEach((name, chart) -> {
            svg.put(name, svg(chart));
            png.put(name, png(chart));
        });
        return new ChartFiles(svg, png);
    }

    private static String svg(IChart chart) {
        return new String(encode(chart, "svg"), StandardCharsets.UTF_8);
    }

    private static byte[] png(IChart chart) {
        return encode(chart, "png");
    }

    private static byte[] encode(IChart chart, String format) {
        try {
            return ChartEncoder.getBytes(chart, format);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
