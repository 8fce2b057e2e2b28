// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.plan.Row;

/** What every page and drawing writes into its markup. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** The CSS class that gives a row its colour. A baseline is what the machine can do, and so a limit too. */
    static String kind(Row.Kind kind) {
        return switch (kind) {
            case MODE -> "ours";
            case PEER -> "peer";
            case LIMIT, BASELINE -> "limit";
        };
    }
}
