// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.plan.Row;

/** The three colours, and what they mean. */
enum Legend {
    OURS(Row.Kind.MODE, "tunloop", 86),
    LIMIT(Row.Kind.LIMIT, "limit: a C program that only copies", 256),
    PEER(Row.Kind.PEER, "others", 0);

    private final Row.Kind kind;
    private final String text;
    private final int widthPixels;

    Legend(Row.Kind kind, String text, int widthPixels) {
        this.kind = kind;
        this.text = text;
        this.widthPixels = widthPixels;
    }

    String kind() {
        return Html.kind(kind);
    }

    String text() {
        return text;
    }

    /** Of mark and text with the space to the next one, in letters of the subtitle's size. */
    int widthPixels() {
        return widthPixels;
    }
}
