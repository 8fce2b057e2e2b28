// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.relay.Direction;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.TwoHosts;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A handler of one's own makes of packets what no device takes: what is lost so is counted like all that is refused. */
@RequiresTun
@Timeout(60)
class DroppedMetricsIT {
    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    @ParameterizedTest
    @ValueSource(strings = {"async-normal", "async-normal-channel"})
    void shouldCountWhatAHandlerMakesUnwritable(String mode) throws Exception {
        Forwarder forwarder =
                Forwarder.open(hosts.config(ForwardMode.of(mode).orElseThrow()).build());
        Direction there = forwarder.directions().get(0);
        there.addFirst("text", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                ctx.fireChannelRead("text");
            }
        });
        var registry = new SimpleMeterRegistry();
        new ForwarderMetrics(forwarder, Tags.empty()).bindTo(registry);
        forwarder.start();
        hosts.route();

        hosts.host1().sh("ping -c3 -i0.2 -W1 " + TwoHosts.ADDRESS_2 + " || true");
        forwarder.drain(10, TimeUnit.SECONDS);

        assertThat(there.droppedRefused())
                .isGreaterThanOrEqualTo(3)
                .isEqualTo(there.read().packetsRead());
        assertThat(there.dropped()).isEqualTo(there.droppedRefused());
        assertThat(registry.get("tunloop.dropped")
                        .tags("device", "tun22", "reason", "refused")
                        .functionCounter()
                        .count())
                .isEqualTo(there.droppedRefused());
        forwarder.close();
    }
}
