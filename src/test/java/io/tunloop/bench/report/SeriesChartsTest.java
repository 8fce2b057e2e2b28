// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.bench.measure.RowResult;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesChartsTest {
    @Test
    void shouldHaveACurveForEachRunWithEverySecondOfIt() {
        List<SeriesCharts.Group> groups = SeriesCharts.of(List.of(Reports.lasting("async-gso", 3, 40)));

        assertThat(groups).extracting(SeriesCharts.Group::name).containsExactly("throughput", "cpu", "memory");
        CurveChart chart = groups.get(0).panels().get(0).charts().get(0);
        assertThat(chart.title()).isEqualTo("async-gso");
        assertThat(chart.curves()).extracting(Curve::label).containsExactly("run 1", "run 2", "run 3");
        assertThat(chart.curves().get(1).x()).hasSize(40).startsWith(1.01, 2.01);
        assertThat(chart.curves().get(1).y()).startsWith(21.123, 22.123); // 5 digits of what was measured
    }

    @Test
    void shouldDrawRowsOfTheSameWorkToTheSameScale() {
        List<CurveChart> charts = SeriesCharts.of(
                        List.of(Reports.lasting("short", 1, 2), Reports.lasting("long", 1, 9)))
                .get(0)
                .panels()
                .get(0)
                .charts();

        assertThat(charts).extracting(CurveChart::yMax).containsOnly(26.1234);
    }

    @Test
    void shouldDrawMeansOfALongRunWithoutLosingItsEnd() {
        List<RowResult> rows = IntStream.range(0, 20)
                .mapToObj(row -> Reports.lasting("row" + row, 5, 3_601))
                .toList();

        Curve curve = SeriesCharts.of(rows)
                .get(0)
                .panels()
                .get(0)
                .charts()
                .get(0)
                .curves()
                .get(0);

        assertThat(curve.x()).hasSizeBetween(20, 35).isSorted();
        assertThat(curve.x().get(curve.x().size() - 1)).isGreaterThan(3_400);
        assertThat(curve.y()).allSatisfy(mean -> assertThat(mean).isBetween(22.5, 23.8)); // of 20.1 to 26.1
    }

    @Test
    void shouldBoundThePointsOfAllCurvesTogether() {
        List<RowResult> rows = IntStream.range(0, 40)
                .mapToObj(row -> Reports.lasting("row" + row, 60, 120))
                .toList();

        List<Curve> curves = SeriesCharts.of(rows).get(0).panels().stream()
                .flatMap(panels -> panels.charts().stream())
                .flatMap(chart -> chart.curves().stream())
                .toList();

        assertThat(curves.stream().mapToInt(curve -> curve.x().size()).sum()).isBetween(2_000, 3_500);
        assertThat(curves.get(curves.size() - 1).label()).isEqualTo("run 60");
    }

    @Test
    void shouldHaveNoneOfWhatWasNotMeasured() {
        assertThat(SeriesCharts.of(List.of(Reports.mode("async-gso", 22)))).isEmpty();
    }
}
