// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OffloadTest {
    /** As in linux/if_tun.h. */
    @Test
    void shouldHaveTheBitsOfTheKernel() {
        assertThat(Offload.mask(List.of())).isZero();
        assertThat(Offload.mask(List.of(Offload.CHECKSUM))).isEqualTo(0x01);
        assertThat(Offload.mask(List.of(Offload.CHECKSUM, Offload.TSO4, Offload.TSO6)))
                .isEqualTo(0x07);
        assertThat(Offload.mask(List.of(Offload.TSO_ECN))).isEqualTo(0x08);
        assertThat(Offload.mask(Offload.all())).isEqualTo(0x6f);
    }

    @Test
    void shouldGiveANewSetEachTime() {
        Offload.all().clear();
        Offload.none().add(Offload.TSO4);
        assertThat(Offload.all()).containsExactly(Offload.values());
        assertThat(Offload.none()).isEmpty();
    }
}
