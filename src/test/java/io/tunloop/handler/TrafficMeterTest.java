// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.testing.Packets;
import org.junit.jupiter.api.Test;

class TrafficMeterTest {
    @Test
    void shouldCountBothWays() {
        var meter = new TrafficMeter();
        var channel = new EmbeddedChannel(meter);
        channel.writeInbound(Packets.udp4(72).build(), Packets.udp4(172).build(), "no packet");
        channel.writeOutbound(Packets.udp4(22).build());
        TrafficMeter.Reading reading = meter.read();
        assertThat(reading.packetsIn()).isEqualTo(2);
        assertThat(reading.bytesIn()).isEqualTo(300);
        assertThat(reading.packetsOut()).isEqualTo(1);
        assertThat(reading.bytesOut()).isEqualTo(50);
        assertThat(channel.finishAndReleaseAll()).isTrue();
    }

    @Test
    void shouldTellRatesBetweenTwoReadings() {
        var before = new TrafficMeter.Reading(1_000_000_000L, 10, 1000, 0, 500);
        var after = new TrafficMeter.Reading(3_000_000_000L, 30, 5000, 4, 500);
        TrafficMeter.Reading difference = after.since(before);
        assertThat(difference.packetsIn()).isEqualTo(20);
        assertThat(difference.packetsOut()).isEqualTo(4);
        assertThat(difference.bitsInPerSecond()).isEqualTo(16_000);
        assertThat(difference.bitsOutPerSecond()).isZero();
        assertThat(after.since(after).bitsInPerSecond()).isZero();
    }
}
