// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Curves over one axis, as the page's script draws them.
 *
 * @param name of the place in the page
 * @param yMax the top of the drawing, so that charts side by side can be compared; {@code null} for what the curves need
 * @param points whether each point is marked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CurveChart(
        String name, String title, String subtitle, Axis x, Axis y, Double yMax, boolean points, List<Curve> curves) {
    /** @param unit stands behind a value */
    record Axis(String unit, Scale scale) {}

    enum Scale {
        /** From 0 on. */
        @JsonProperty("linear")
        LINEAR,
        @JsonProperty("log")
        LOG,
        /** Of all: 0 to 1, which can be looked at from its upper end too, where 0.99 and 0.999 are as far apart as 0.9 and 0.99. */
        @JsonProperty("fraction")
        FRACTION,
        /** The values of the points, and nothing between them. */
        @JsonProperty("steps")
        STEPS
    }
}
