// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.TimeUnit;

/**
 * Accepts no connection for a second after one could not be accepted, as for want of descriptors: at once it would fail
 * again. Says so when it begins and when it is over. Netty's own handler pauses too, but prints a trace each time.
 *
 * Thread: the event loop of the listening channel.
 */
final class AcceptPause extends ChannelInboundHandlerAdapter {
    static final long PAUSE_SECONDS = 1;

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(AcceptPause.class);

    private long failures;

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (failures++ == 0) {
            logger.warn("no connection can be accepted at {}: {}", ctx.channel().localAddress(), cause.getMessage());
        }
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object connection) {
        if (failures > 0) {
            logger.info("connections are accepted again, after {} failures", failures);
            failures = 0;
        }
        ctx.fireChannelRead(connection);
    }
}
