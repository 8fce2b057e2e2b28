// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Every size of a batch is counted in the smallest class that holds it. */
class BatchSizesTest {
    @Test
    void shouldCountEachSizeInTheSmallestClassThatHoldsIt() {
        for (int packets = 1; packets <= 1024; packets++) {
            var sizes = new BatchSizes();
            sizes.add(packets);
            int expected = 0;
            while (BatchSizes.maxPackets(expected) < packets) {
                expected++;
            }
            assertThat(sizes.batches(expected)).as("of %d packets", packets).isEqualTo(1);
            assertThat(sizes.total()).isEqualTo(1);
        }
    }

    @Test
    void shouldCountTheBatchesOfAllSizes() {
        var sizes = new BatchSizes();
        for (int packets = 1; packets <= 1024; packets++) {
            sizes.add(packets);
        }
        assertThat(sizes.total()).isEqualTo(1024);
        assertThat(sizes.batches(3)).isEqualTo(4); // 5..8
        assertThat(sizes.batches(BatchSizes.CLASSES - 1)).isEqualTo(1024 - 64);
    }
}
