// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void shouldBeTheSameAfterItWasEncoded() {
        Latencies latencies = thousand();

        Latencies decoded = Latencies.decode(latencies.encoded());

        assertThat(decoded.count()).isEqualTo(1_000);
        assertThat(decoded.us(99.9)).isEqualTo(latencies.us(99.9));
        assertThat(decoded.cdf()).isEqualTo(latencies.cdf());
        assertThat(latencies.encoded()).startsWith("HIST"); // as HdrHistogram's logs have it
        assertThatThrownBy(() -> Latencies.decode(Base64.getEncoder().encodeToString(new byte[8])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldGiveACurveThatRisesFromTheFastestToTheSlowest() {
        List<Latencies.CdfPoint> points = thousand().cdf();

        assertThat(points).hasSizeBetween(20, 100);
        assertThat(points.get(0).us()).isEqualTo(1.0);
        assertThat(points.get(0).percent()).isEqualTo(0.1);
        assertThat(points.get(points.size() - 1).us()).isBetween(1_000.0, 1_001.0);
        assertThat(points.get(points.size() - 1).percent()).isEqualTo(100);
        for (int i = 1; i < points.size(); i++) {
            assertThat(points.get(i).us()).isGreaterThan(points.get(i - 1).us());
            assertThat(points.get(i).percent())
                    .isGreaterThanOrEqualTo(points.get(i - 1).percent());
            assertThat(points.get(i).percent()).isCloseTo(points.get(i).us() / 10, within(0.2));
        }
    }

    @Test
    void shouldHaveNoCurveOfNothing() {
        assertThat(new Latencies().cdf()).isEmpty();
    }

    /** 1, 2, ... 1000 us. */
    private static Latencies thousand() {
        Latencies latencies = new Latencies();
        for (int us = 1; us <= 1_000; us++) {
            latencies.record(us * 1_000L);
        }
        return latencies;
    }
}
