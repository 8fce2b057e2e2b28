// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.measure.Latencies;
import io.tunloop.bench.measure.LossFree;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.measure.Trial;
import io.tunloop.bench.plan.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Curves of latency and of a sweep. */
class CurveChartsTest {
    @Test
    void shouldDrawWhichFractionOfRoundTripsTookAtMostSoLong() {
        List<CurveChart> charts = LatencyCharts.of(Reports.roundTrips().rows());

        assertThat(charts).extracting(CurveChart::name).containsExactly("latency", "latency-loaded");
        Curve alone = charts.get(0).curves().get(0);
        assertThat(alone.label()).isEqualTo("limit-passthrough");
        assertThat(alone.kind()).isEqualTo("limit");
        assertThat(alone.x()).containsExactly(26.5, 37.1, 79.5, 1060.0);
        assertThat(alone.y()).containsExactly(0.5, 0.9, 0.99, 1.0);
        assertThat(charts.get(1).curves().get(0).x()).containsExactly(106.0, 159.0, 318.0, 2385.0);
    }

    @Test
    void shouldDrawRoundTripsAtEachPartOfALossFreeRateAllRunsTogether() {
        List<CurveChart> charts = LatencyCharts.of(List.of(lossFree(10, 30), new RowResult(row("failed"))));

        assertThat(charts).extracting(CurveChart::name).containsExactly("latency-10", "latency-90");
        assertThat(charts.get(0).title()).isEqualTo("Round trips at 10 % of the loss-free rate");
        assertThat(charts.get(0).curves()).hasSize(1);
        Curve curve = charts.get(0).curves().get(0);
        assertThat(curve.label()).isEqualTo("async-normal");
        assertThat(curve.x()).containsExactly(10.007, 30.015); // as HdrHistogram rounds
        assertThat(curve.y()).containsExactly(0.5, 1.0);
        assertThat(charts.get(1).curves().get(0).x().get(0)).isEqualTo(90.047);
    }

    /** With runs whose round trips all took so long at 10 % and 9 times as long at 90 %. */
    private static RowResult lossFree(int... runsUs) {
        RowResult result = new RowResult(row("async-normal"));
        for (int us : runsUs) {
            List<LossFree.AtLoad> loads = List.of(atLoad(10, us), atLoad(90, 9 * us));
            result.add(new RunResult(Map.of(), List.of(), null, null, "", new LossFree(List.of(), loads, List.of())));
        }
        return result;
    }

    private static Row row(String label) {
        return new Row(label, Row.Kind.MODE, List.of(), false);
    }

    private static LossFree.AtLoad atLoad(int percent, int us) {
        Latencies latencies = new Latencies();
        latencies.record(us * 1_000L);
        return LossFree.AtLoad.of(percent, new Trial(1_000, 1_000, 0, 1, null, 0, 0), latencies, latencies);
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
        assertThat(chart.curves()).extracting(Curve::label).containsExactly("limit-passthrough", "async-gso");
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
