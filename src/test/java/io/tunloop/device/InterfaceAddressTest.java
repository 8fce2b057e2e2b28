// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterfaceAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"10.0.1.1/24", "0.0.0.0/0", "255.255.255.255/32", "fd00::1/64", "::/0", "fe80::a:b/128"})
    void shouldReadBackWhatItPrints(String text) {
        InterfaceAddress address = InterfaceAddress.parse(text);
        assertThat(InterfaceAddress.parse(address.toString())).isEqualTo(address);
    }

    @Test
    void shouldTellIpVersionsApart() {
        assertThat(InterfaceAddress.parse("10.0.1.1/24").address()).isInstanceOf(Inet4Address.class);
        assertThat(InterfaceAddress.parse("fd00::1/64").address()).isInstanceOf(Inet6Address.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost/24",
                "10.1/24",
                "10.0.1.256/24",
                "10.0.1.1.1/24",
                "0x0a.0.0.1/8",
                "/24",
                "fd00::1%lo/64",
                "[fd00::1]/64",
                "fd00:::1/64",
                ":/64",
                " 10.0.1.1/24"
            })
    void shouldRefuseWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> InterfaceAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not an IPv4 or IPv6 address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.1.1/33", "10.0.1.1/-1", "fd00::1/129"})
    void shouldRefusePrefixOutOfRange(String text) {
        assertThatThrownBy(() -> InterfaceAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("prefix length of .* must be 0\\.\\.(32|128): -?\\d+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.1.1/", "10.0.1.1/x", "10.0.1.1/24/1"})
    void shouldRefusePrefixThatIsNoNumber(String text) {
        assertThatThrownBy(() -> InterfaceAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefix length is not a number");
    }

    @Test
    void shouldRefuseMissingPrefix() {
        assertThatThrownBy(() -> InterfaceAddress.parse("10.0.1.1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a prefix length");
    }
}
