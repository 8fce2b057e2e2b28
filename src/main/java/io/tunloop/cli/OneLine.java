// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.util.regex.Pattern;

/** Messages that hold what somebody else has written, for a terminal or a log. */
final class OneLine {
    private static final int MAX_CHARS = 400;
    private static final int TAIL_CHARS = 150;

    /** Ends of lines, escape sequences, and signs that are not seen. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    private OneLine() {}

    /** The text without ends of lines and other signs that a terminal acts on. */
    static String of(String text) {
        return UNPRINTABLE.matcher(text).replaceAll(" ");
    }

    /** The same, without its middle if it is long: what is wrong is said at either end. */
    static String shortened(String text) {
        String line = of(text);
        return line.length() <= MAX_CHARS
                ? line
                : line.substring(0, MAX_CHARS - TAIL_CHARS) + " ... " + line.substring(line.length() - TAIL_CHARS);
    }
}
