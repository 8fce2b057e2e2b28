// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Lets no more than so many bytes a second come from a device, by reading it later: what waits, waits in the kernel's
 * queue, which drops when it is full, as a slow link would.
 *
 * <pre>
 * budget  ▔▔╲▁▁╱▔╲▁▁╱▔   filled at the rate, up to a burst; below zero reading pauses until it is back
 * </pre>
 * Thread: the channel's event loop only.
 */
public final class RateLimiter extends ChannelInboundHandlerAdapter {
    private static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final double bytesPerNs;
    private double budgetBytes;
    private long filledNs = System.nanoTime();

    /** @param bitsPerSecond the rate of what is read, headers included */
    public RateLimiter(long bitsPerSecond) {
        if (bitsPerSecond < 1) {
            throw new IllegalArgumentException("bitsPerSecond must be at least 1: " + bitsPerSecond);
        }
        bytesPerNs = (double) bitsPerSecond / Byte.SIZE / TimeUnit.SECONDS.toNanos(1);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        budgetBytes -= ((ByteBuf) message).readableBytes();
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        fill();
        if (budgetBytes < 0) {
            ctx.channel().config().setAutoRead(false);
            long waitNs = (long) Math.ceil(-budgetBytes / bytesPerNs);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), waitNs, TimeUnit.NANOSECONDS);
        }
        ctx.fireChannelReadComplete();
    }

    private void fill() {
        long nowNs = System.nanoTime();
        budgetBytes = Math.min(BURST_NS * bytesPerNs, budgetBytes + (nowNs - filledNs) * bytesPerNs);
        filledNs = nowNs;
    }
}
