// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinningTest {
    @ParameterizedTest
    @CsvSource({
        "'0-1', 'client 0, server 0, forwarder 1'",
        "'0-2', 'client 0, server 1, forwarder 2'",
        "'0-3', 'client 0, server 1, forwarder 2,3'",
        "'4,8-9,12', 'client 4, server 8, forwarder 9,12'",
    })
    void shouldPlaceThemByTheRule(String allowed, String placed) {
        assertThat(Pinning.on(Pinning.cores(allowed))).hasToString(placed);
    }

    @Test
    void shouldPutTheCoresBeforeTheCommand() {
        Pinning pinning = Pinning.on(List.of(0, 1, 2, 3));

        assertThat(pinning.forwarder(List.of("peer", "-x"))).containsExactly("taskset", "-c", "2,3", "peer", "-x");
        assertThat(pinning.client(List.of("iperf3"))).containsExactly("taskset", "-c", "0", "iperf3");
        assertThat(pinning.ends(List.of("loadgen"))).containsExactly("taskset", "-c", "0,1", "loadgen");
        assertThat(Pinning.on(List.of(0, 1)).ends(List.of("loadgen"))).containsExactly("taskset", "-c", "0", "loadgen");
        assertThat(Pinning.NONE.ends(List.of("loadgen"))).containsExactly("loadgen");
        assertThat(pinning.server(List.of())).as("no server").isEmpty();
        assertThat(Pinning.NONE.forwarder(List.of("peer"))).containsExactly("peer");
        assertThat(Pinning.NONE).hasToString("none");
    }

    @Test
    void shouldRefuseAMachineOfOneCore() {
        assertThatThrownBy(() -> Pinning.on(List.of(0))).hasMessage("--pin needs 2 cores at least: 1");
    }
}
