// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

/** A number of percent as a user writes it: {@code 3%} or {@code 3}. */
public final class Percent {
    private static final double MAX = 100;

    private Percent() {}

    /** @param option whose value it is, for the error */
    public static double parse(String option, String text) {
        String number = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
        try {
            double percent = Double.parseDouble(number.strip());
            if (percent > 0 && percent < MAX) {
                return percent;
            }
        } catch (NumberFormatException notANumber) {
            // said below, with what else is refused
        }
        throw new IllegalArgumentException(option + " must be a percentage above 0 and below 100, like 3%: " + text);
    }
}
