// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.channel.TunTransport;
import io.tunloop.device.TunDeviceConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardModeTest {
    private static ForwardMode mode(String name) {
        return ForwardMode.of(name).orElseThrow();
    }

    @Test
    void shouldHaveEveryModeOfTheTable() {
        assertThat(ForwardMode.all())
                .extracting(ForwardMode::name)
                .containsExactlyInAnyOrder(
                        "async-normal",
                        "async-normal-channel",
                        "async-framed",
                        "async-merge",
                        "async-merge-channel",
                        "async-gso",
                        "async-gso-channel",
                        "async-gso-channel-pool",
                        "async-gso-framed",
                        "sync-normal",
                        "sync-normal-channel",
                        "sync-merge",
                        "sync-gso",
                        "sync-gso-channel",
                        "sync-gso-concurrent",
                        "async-passthrough",
                        "async-passthrough-channel",
                        "sync-passthrough",
                        "sync-passthrough-concurrent");
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldFindAModeByItsAxes(ForwardMode mode) {
        assertThat(ForwardMode.of(mode.transport(), mode.offload(), mode.handoff(), mode.framed(), mode.concurrent()))
                .isSameAs(mode);
    }

    @Test
    void shouldNameAMixThatTheTableDoesNotHave() {
        ForwardMode mix = ForwardMode.of(TunTransport.POLL, OffloadUse.WHOLE, Handoff.POOLED, false, false);
        assertThat(mix.name()).isEqualTo("sync-whole-pooled");
        assertThat(ForwardMode.of(TunTransport.EPOLL, OffloadUse.MERGE, Handoff.QUEUE, true, false)
                        .name())
                .isEqualTo("async-merge-queue-framed");
        assertThat(ForwardMode.of(TunTransport.EPOLL, OffloadUse.SPLIT, Handoff.DIRECT, true, true)
                        .name())
                .isEqualTo("async-split-direct-framed-concurrent");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            async-normal           | tun ─► read ─► relay ─► write ─► tun
            async-merge            | tun ─► read ─► relay ─► coalesce ─► write ─► tun
            async-gso-channel-pool | tun ─► read (pool) ─► split ─► queue ─► coalesce ─► write ─► tun
            async-gso-framed       | tun ─► read ─► split ─► decode ─► queue ─► encode ─► coalesce ─► write ─► tun
            sync-gso-concurrent    | tun ─► read ─► split ─► relay ─► coalesce ─► write ─► tun, for each queue of the devices
            """)
    void shouldTellItsPipeline(String name, String pipeline) {
        assertThat(mode(name).pipeline()).isEqualTo(pipeline);
    }

    @Test
    void shouldRefuseAxesThatMakeNoSense() {
        assertThatThrownBy(() -> ForwardMode.of(TunTransport.EPOLL, OffloadUse.WHOLE, Handoff.DIRECT, true, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("framed needs single packets");
        assertThatThrownBy(() -> ForwardMode.of(TunTransport.POLL, OffloadUse.WHOLE, Handoff.QUEUE, false, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("concurrent has a loop that reads and writes");
    }

    @ParameterizedTest
    @CsvSource({
        "async-normal, 3, '1..2, one for each direction at most'",
        "async-gso-channel, 3, '1, 2 or 4: for all, for each direction, or for each end of each queue'",
        "sync-gso-concurrent, 1, '2..256, for each direction'"
    })
    void shouldRefuseThreadsThatWouldHaveNothingToDo(String name, int threads, String rule) {
        assertThatThrownBy(() ->
                        ForwarderConfig.builder(mode(name)).threads(threads).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be " + rule + ", in mode " + name + ": " + threads);
    }

    @ParameterizedTest
    @CsvSource({"async-normal, 1, 1, 1", "async-normal-channel, 4, 4, 1", "sync-gso-concurrent, 3, 6, 3"})
    void shouldCountItsLoopsAndLanes(String name, int threads, int loops, int lanes) {
        ForwarderConfig config =
                ForwarderConfig.builder(mode(name)).threads(threads).build();
        assertThat(config.effectiveThreads()).isEqualTo(loops);
        assertThat(config.lanes()).isEqualTo(lanes);
    }

    @Test
    void shouldRefuseEthernetFramesWhereACodecExpectsPackets() {
        TunDeviceConfig tap = TunDeviceConfig.builder().tap(true).build();
        assertThatThrownBy(() -> ForwarderConfig.builder(mode("async-framed"))
                        .device1(tap)
                        .device2(tap)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tap devices carry Ethernet frames");
    }
}
