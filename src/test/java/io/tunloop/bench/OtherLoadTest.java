// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OtherLoadTest {
    @Test
    void shouldReadOwnTimeAndThatOfReapedChildrenWhateverTheNameHolds() {
        OtherLoad.Use use = OtherLoad.Use.parse(
                "77 (a) b (c)) S 5 77 77 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 1 0 115227 3133440 410");

        assertThat(use.pid()).isEqualTo(77);
        assertThat(use.name()).isEqualTo("a) b (c)");
        assertThat(use.parent()).isEqualTo(5);
        assertThat(use.ownTicks()).isEqualTo(120);
        assertThat(use.childTicks()).isEqualTo(7);
        assertThat(use.isKernel()).isFalse();
    }

    @Test
    void shouldTellKernelThreads() {
        assertThat(OtherLoad.Use.parse("9 (k) S 2 0 0 0 -1 0 0 0 0 0 1 2 0 0 20")
                        .isKernel())
                .isTrue();
    }
}
