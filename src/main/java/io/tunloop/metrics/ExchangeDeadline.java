// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection that has not asked and taken its answer in time. A read timeout would not do: a client that sends
 * a byte now and then never meets it.
 */
final class ExchangeDeadline extends ChannelInboundHandlerAdapter {
    static final long DEADLINE_SECONDS = 5;

    private Future<?> deadline;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule((Runnable) ctx::close, DEADLINE_SECONDS, TimeUnit.SECONDS);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        ctx.fireChannelInactive();
    }
}
