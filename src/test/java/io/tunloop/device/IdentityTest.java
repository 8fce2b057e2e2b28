// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class IdentityTest {
    @Test
    void shouldFindUsersAndGroupsByName() throws Exception {
        assertThat(Identity.of("root", "")).isEqualTo(new Identity(0, 0));
        assertThat(Identity.of("root", "daemon")).isEqualTo(new Identity(0, 1));
        assertThat(Identity.of("12", "34")).isEqualTo(new Identity(12, 34));
    }

    @Test
    void shouldRefuseUsersAndGroupsThatDoNotExist() {
        assertThatThrownBy(() -> Identity.of("tl-nobody", ""))
                .isInstanceOf(TunException.class)
                .hasMessage("getpwnam on user tl-nobody: ENOENT: there is no such user; create it or name another");
        assertThatThrownBy(() -> Identity.of("root", "tl-nogroup"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("there is no such group");
        assertThatThrownBy(() -> Identity.of("12", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("user 12 is a number, so name its group too");
        assertThatThrownBy(() -> Identity.of("99999999999", "0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99999999999");
    }
}
