// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Text that goes into every page: our own styles and script, and the library that draws the curves. */
final class Asset {
    /** The version in the path is that of the pom. */
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/";

    private Asset() {}

    /** @param name of a file next to this class, without its folder */
    static String own(String name) {
        return read("/io/tunloop/bench/report/" + name);
    }

    /** uPlot with the licence that has to go with every copy. */
    static String uplotScript() {
        return "/*\nuPlot\n" + read(UPLOT + "LICENSE").strip() + "\n*/\n" + read(UPLOT + "dist/uPlot.iife.min.js");
    }

    static String uplotStyle() {
        return read(UPLOT + "dist/uPlot.min.css");
    }

    private static String read(String path) {
        try (InputStream in = Asset.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
