// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.device.PacketRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is against io_uring, and what to do about it. */
class RingCheckTest {
    @ParameterizedTest
    @CsvSource({
        "ENOSYS, 0, Linux 5.6 or newer",
        "ENOMEM, 0, ulimit -l",
        "EPERM, 0, seccomp filter",
        "EACCES, 0, seccomp filter",
        "EPERM, 1, kernel.io_uring_group",
        "EPERM, 2, 'kernel.io_uring_disabled is 2: set it to 0'"
    })
    void shouldTellWhyThereIsNone(String errno, int disabled, String remedy) {
        Finding finding = RingCheck.of(errno, disabled);
        assertThat(finding.verdict()).isEqualTo(Finding.Verdict.OPTIONAL);
        assertThat(finding.detail()).startsWith(errno).endsWith("and are slower");
        assertThat(finding.remedy()).contains(remedy);
    }

    @Test
    void shouldTellWhetherThereIsOneHere() {
        Finding finding = RingCheck.run();
        assertThat(finding.verdict() == Finding.Verdict.OK).isEqualTo(PacketRing.isAvailable());
    }
}
