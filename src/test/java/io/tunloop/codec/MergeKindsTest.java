// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.codec.MergeKind.TCP4;
import static io.tunloop.codec.MergeKind.UDP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A kind is off where the kernel has refused three and taken none, and for a minute. */
class MergeKindsTest {
    private static final long START_NS = Long.MAX_VALUE - 5; // The clock may wrap.

    private final MergeKinds kinds = new MergeKinds();

    private void refuse(MergeKind kind, int times) {
        for (int i = 0; i < times; i++) {
            kinds.refused(kind, START_NS);
        }
    }

    @Test
    void shouldSwitchOffAKindThatIsRefusedThreeTimes() {
        refuse(UDP, 2);
        assertThat(kinds.isOn(UDP)).isTrue();
        assertThat(kinds.isAnyOff()).isFalse();
        refuse(UDP, 1);
        assertThat(kinds.isOn(UDP)).isFalse();
        assertThat(kinds.isOn(TCP4)).isTrue();
        assertThat(kinds.isAnyOff()).isTrue();
    }

    @Test
    void shouldNeverSwitchOffAKindThatTheKernelHasTaken() {
        refuse(UDP, 2);
        kinds.written(UDP);
        refuse(UDP, 1_000);
        assertThat(kinds.isOn(UDP)).isTrue();
    }

    @Test
    void shouldTryOneMoreAMinuteLater() {
        refuse(UDP, 3);
        kinds.retry(START_NS + TimeUnit.SECONDS.toNanos(59));
        assertThat(kinds.isOn(UDP)).isFalse();
        kinds.retry(START_NS + TimeUnit.SECONDS.toNanos(60));
        assertThat(kinds.isOn(UDP)).isTrue();
        assertThat(kinds.isAnyOff()).isFalse();

        refuse(UDP, 1);
        assertThat(kinds.isOn(UDP)).as("one refusal is enough now").isFalse();
        kinds.retry(START_NS + TimeUnit.SECONDS.toNanos(60));
        kinds.written(UDP);
        refuse(UDP, 1_000);
        assertThat(kinds.isOn(UDP)).as("known at last").isTrue();
    }
}
