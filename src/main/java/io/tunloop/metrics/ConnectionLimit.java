// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Closes the oldest connection when there are too many. Not the newest: whoever opens connections and leaves it at that
 * would keep everybody else out, the supervisor that asks for /healthz included. A request that comes at once is answered
 * before its connection is the oldest.
 *
 * Thread: the one event loop that all connections share.
 */
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private final int max;
    // In the order that they came.
    private final Set<ChannelHandlerContext> connections = new LinkedHashSet<>();

    ConnectionLimit(int max) {
        this.max = max;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connections.add(ctx);
        if (connections.size() > max) {
            ChannelHandlerContext oldest = connections.iterator().next();
            connections.remove(oldest);
            oldest.close();
        }
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connections.remove(ctx);
        ctx.fireChannelInactive();
    }
}
