// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.plan.Row;
import io.tunloop.bench.plan.RowParser;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Curves of latency and of a sweep. */
class CurveChartsTest {
    @Test
    void shouldDrawWhichFractionOfRoundTripsTookAtMostSoLong() {
        List<CurveChart> charts = LatencyCharts.of(Reports.roundTrips().rows());

        assertThat(charts).extracting(CurveChart::name).containsExactly("latency", "latency-loaded");
        Curve alone = charts.get(0).curves().get(0);
        assertThat(alone.label()).isEqualTo(RowParser.LIMIT_PASSTHROUGH);
        assertThat(alone.kind()).isEqualTo("limit");
        assertThat(alone.x()).containsExactly(26.5, 37.1, 79.5, 1060.0);
        assertThat(alone.y()).containsExactly(0.5, 0.9, 0.99, 1.0);
        assertThat(charts.get(1).curves().get(0).x()).containsExactly(106.0, 159.0, 318.0, 2385.0);
    }

    @Test
    void shouldDrawNoLatencyOfAWorkloadWithoutRoundTrips() {
        assertThat(LatencyCharts.of(Reports.of(Reports.mode("async-gso", 22)).rows()))
                .isEmpty();
    }

    @Test
    void shouldDrawASweepWithAWhiskerAtEachPoint() {
        CurveChart chart = SweepCharts.of(Reports.sweep().rows()).stream()
                .filter(other -> other.name().equals("gbps"))
                .findFirst()
                .orElseThrow();

        assertThat(chart.title()).isEqualTo("Throughput by parallel");
        assertThat(chart.curves()).extracting(Curve::label).containsExactly(RowParser.LIMIT_PASSTHROUGH, "async-gso");
        Curve curve = chart.curves().get(0);
        assertThat(curve.x()).containsExactly(1.0, 2.0, 4.0, 8.0, 16.0);
        assertThat(curve.y()).startsWith(21.0).endsWith(24.0);
        assertThat(curve.low()).startsWith(20.0).endsWith(23.0);
        assertThat(curve.high()).startsWith(21.5).endsWith(24.5);
    }

    @Test
    void shouldRefuseACurveWithMoreOfOneThanOfTheOther() {
        assertThatThrownBy(() -> Curve.of("a", Row.Kind.MODE, new double[] {1, 2}, new double[] {1}))
                .hasMessage("a has 2 x and 1 y");
    }
}
