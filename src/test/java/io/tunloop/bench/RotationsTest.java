// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.plan.Row;
import io.tunloop.bench.plan.Until;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RotationsTest {
    private final RowResult steady = new RowResult(new Row("steady", Row.Kind.MODE, List.of("a"), false));
    private final RowResult wild = new RowResult(new Row("wild", Row.Kind.MODE, List.of("b"), false));
    private long nowNs;

    @Test
    void shouldRunAsOftenAsToldWithoutAnAim() {
        Rotations rotations = rotations(3, null);

        assertThat(run(rotations, 0.5)).isEqualTo(3);
        assertThat(rotations.unfinished()).isEmpty();
    }

    @Test
    void shouldAddRotationsUntilEveryRowIsKnownWellEnough() {
        Rotations rotations = rotations(6, new Until(3, 60));

        int needed = run(rotations, 0.2);

        assertThat(needed).isBetween(7, 40);
        assertThat(rotations.unfinished()).isEmpty();
        assertThat(wild.interval(Measure.GBPS).plusMinusPercent(10)).isLessThanOrEqualTo(3);
    }

    @Test
    void shouldGiveUpWhenTheTimeIsOverAndSayWhatIsUnknown() {
        Rotations rotations = rotations(6, new Until(1, 9));

        assertThat(run(rotations, 0.5)).isEqualTo(9); // of a minute each
        assertThat(rotations.unfinished())
                .containsExactly("--max-time is over: wild is known to +-10.0 % only, not to the 1.0 % of --until");
    }

    @Test
    void shouldNotWaitForARowThatFails() {
        wild.fail("it died");

        assertThat(run(rotations(6, new Until(1, 60)), 0)).isEqualTo(6);
    }

    private Rotations rotations(int least, Until until) {
        return new Rotations(least, until, Measure.GBPS, List.of(steady, wild), () -> nowNs);
    }

    /** Runs of one minute a rotation; returns how many there were. */
    private int run(Rotations rotations, double shareOff) {
        double off = 0;
        while (rotations.next()) {
            nowNs += TimeUnit.MINUTES.toNanos(1);
            steady.add(result(10));
            off += shareOff;
            wild.add(result(off >= 1 ? rotations.number() % 2 == 0 ? 8 : 12 : 10));
            off -= off >= 1 ? 1 : 0;
        }
        return rotations.number();
    }

    private static RunResult result(double gbps) {
        return new RunResult(Map.of(Measure.GBPS, gbps), List.of(), null, null, "");
    }
}
