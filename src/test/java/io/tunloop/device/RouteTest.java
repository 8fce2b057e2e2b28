// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "10.9.0.0/16",
                "10.9.8.7/32 via 10.0.1.2",
                "fd00:0:0:0:0:0:0:0/8 via fe80:0:0:0:0:0:0:1"
            })
    void shouldReadBackWhatItPrints(String text) {
        Route route = Route.parse(text);
        assertThat(route).hasToString(text);
        assertThat(Route.parse(route.toString())).isEqualTo(route);
    }

    @Test
    void shouldHaveNoGatewayForANetworkOnTheLink() {
        assertThat(Route.parse("10.9.0.0/16").gateway()).isNull();
        assertThat(Route.parse("10.9.0.0/16 via 10.0.1.2").gateway().getHostAddress())
                .isEqualTo("10.0.1.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.1/16", "10.9.128.0/16", "fd00::1/64", "0.0.0.1/0"})
    void shouldRefuseBitsBehindThePrefix(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Route.parse(text))
                .withMessageStartingWith("route has bits set behind its prefix: ");
    }

    @Test
    void shouldRefuseAGatewayOfTheOtherVersion() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Route.parse("10.9.0.0/16 via fd00::1"))
                .withMessageContaining("must be of the same IP version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.0/16 dev tun0", "10.9.0.0/16 via", "10.9.0.0/16 via 10.0.1.2 metric"})
    void shouldRefuseOtherWords(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Route.parse(text))
                .withMessage("route must be NETWORK/PREFIX or NETWORK/PREFIX via GATEWAY: " + text);
    }

    @Test
    void shouldRefuseANegativeMetric() {
        Route route = Route.parse("10.9.0.0/16");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Route(route.destination(), 16, null, -1))
                .withMessage("metric must not be negative: -1");
    }
}
