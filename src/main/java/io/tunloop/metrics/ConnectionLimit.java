// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Closes a connection at once when there are too many.
 *
 * Thread: the one event loop that all connections share.
 */
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private final int max;
    private int connections;

    ConnectionLimit(int max) {
        this.max = max;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connections++;
        if (connections > max) {
            ctx.close();
        } else {
            ctx.fireChannelActive();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connections--;
        ctx.fireChannelInactive();
    }
}
