// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

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
    void shouldTellKernelThreadsByTheirFlagNotByTheirNumber() {
        OtherLoad.Use kernelThread =
                OtherLoad.Use.parse("9 (kworker/0:1) I 2 0 0 0 -1 69238880 0 0 0 0 0 3 0 0 20 0 1 0");
        OtherLoad.Use secondOfAContainer = OtherLoad.Use.parse("2 (sh) S 1 2 1 0 -1 4194304 0 0 0 0 65 3 0 0 20 0 1 0");
        OtherLoad.Use itsChild = OtherLoad.Use.parse("3 (burn) R 2 2 1 0 -1 4194304 0 0 0 0 65 3 0 0 20 0 1 0");

        assertThat(kernelThread.isKernel()).isTrue();
        assertThat(secondOfAContainer.isKernel()).isFalse();
        assertThat(itsChild.isKernel()).isFalse();
    }
}
