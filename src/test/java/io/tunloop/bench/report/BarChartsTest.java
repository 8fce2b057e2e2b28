// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static io.tunloop.bench.report.Reports.OFFLOADED;
import static io.tunloop.bench.report.Reports.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.plan.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarChartsTest {
    private static BarChart find(Report report, String name) {
        return BarCharts.of(report.rows()).stream()
                .filter(chart -> chart.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldDrawTheMedianAndItsInterval() {
        Report report = Reports.of(Reports.mode("async-gso", 22, 20, 21, 25, 23, 24));

        BarChart.Bar bar = find(report, "gbps").bars().get(0);

        assertThat(bar.value()).isEqualTo(22.5);
        assertThat(bar.low()).isEqualTo(20);
        assertThat(bar.high()).isEqualTo(25);
        assertThat(bar.text()).isEqualTo("22.50");
        assertThat(bar.range()).isEqualTo("20.00 – 25.00");
    }

    @Test
    void shouldDrawNoWhiskerForOneRun() {
        BarChart.Bar bar =
                find(Reports.of(Reports.mode("async-gso", 22)), "gbps").bars().get(0);

        assertThat(bar.hasWhisker()).isFalse();
        assertThat(bar.range()).isEmpty();
    }

    @Test
    void shouldGroupRowsByTheirWorkWithItsLimitAndTheBestOneFirst() {
        Report report = Reports.of(
                Reports.row("baseline", Row.Kind.BASELINE, null, Measure.GBPS, 66),
                Reports.row("limit-plain", Row.Kind.LIMIT, PLAIN, Measure.GBPS, 4),
                Reports.limit(24),
                Reports.row("async-normal", Row.Kind.MODE, PLAIN, Measure.GBPS, 5),
                Reports.mode("async-gso", 23),
                Reports.peer("other", 13));

        List<BarChart.Group> groups = find(report, "gbps").groups();

        assertThat(groups).extracting(BarChart.Group::limit).containsExactly(24.0, 4.0, null);
        assertThat(groups)
                .extracting(
                        group -> group.bars().stream().map(BarChart.Bar::label).toList())
                .containsExactly(
                        List.of("limit-passthrough", "async-gso", "other"),
                        List.of("async-normal", "limit-plain"),
                        List.of("baseline"));
    }

    @Test
    void shouldDrawTheBestLimitOfAGroup() {
        Report report = Reports.of(
                Reports.row("limit-plain", Row.Kind.LIMIT, PLAIN, Measure.GBPS, 4),
                Reports.row("limit-ring", Row.Kind.LIMIT, PLAIN, Measure.GBPS, 6),
                Reports.row("async-normal", Row.Kind.MODE, PLAIN, Measure.GBPS, 5));

        assertThat(find(report, "gbps").groups())
                .extracting(BarChart.Group::limit)
                .containsExactly(6.0);
    }

    @Test
    void shouldPutTheLowestFirstWhereLowerIsBetter() {
        Report report = Reports.of(
                Reports.row("slow", Row.Kind.MODE, OFFLOADED, Measure.CPU_PER_GBIT, 9),
                Reports.row("fast", Row.Kind.MODE, OFFLOADED, Measure.CPU_PER_GBIT, 3));

        BarChart chart = find(report, "cpu-per-gbit");

        assertThat(chart.subtitle()).endsWith("lower is better");
        assertThat(chart.bars()).extracting(BarChart.Bar::label).containsExactly("fast", "slow");
    }

    @Test
    void shouldLeaveOutARowThatHasFailed() {
        Report report = Reports.of(Reports.mode("async-gso", 22), Reports.peer("dead"));

        assertThat(find(report, "gbps").bars()).extracting(BarChart.Bar::label).containsExactly("async-gso");
    }

    @Test
    void shouldLeaveASweepToItsCurves() {
        assertThat(BarCharts.of(Reports.sweep().rows())).isEmpty();
    }
}
