// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tunloop.bench.plan.Row;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;

/**
 * One curve: y over x, with a whisker at each point where an interval is known.
 *
 * @param kind gives its colour
 * @param x ascending; as long as {@code y}
 * @param low {@code null} for no whiskers; an element of it for no whisker there
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Curve(String label, String kind, List<Double> x, List<Double> y, List<Double> low, List<Double> high) {
    private static final MathContext DIGITS = new MathContext(5); // more than a drawing can show

    Curve {
        if (x.size() != y.size()) {
            throw new IllegalArgumentException(label + " has " + x.size() + " x and " + y.size() + " y");
        }
    }

    static Curve of(String label, Row.Kind kind, double[] x, double[] y) {
        return new Curve(label, Html.kind(kind), rounded(x), rounded(y), null, null);
    }

    private static List<Double> rounded(double[] values) {
        return Arrays.stream(values)
                .mapToObj(value -> new BigDecimal(value).round(DIGITS).doubleValue())
                .toList();
    }
}
