// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Writes what one channel reads to another one of the same event loop: the last handler of the reading pipeline.
 *
 * <pre>
 * reading channel ─► ... ─► Relay ─► write on read, flush on read-complete ─► ... ─► writing channel
 *                            ▲                                                        │
 *                            └──── reads again ◄──── Resume ◄──── writable again ◄────┘
 * </pre>
 * While the writing channel is full this handler has switched auto-read off. It leaves it alone where it was off before.
 *
 * Ownership: passes each message on with its reference.
 * Thread: the event loop that both channels share.
 * Errors: of the reading channel go on to the next handler; those of the writing channel stay in its own pipeline.
 */
public final class Relay extends ChannelInboundHandlerAdapter {
    private final Channel peer;
    private final Resume resume = new Resume();
    // The event loop only.
    private final ReadPause pause = new ReadPause();
    private ChannelHandlerContext ctx;

    /** @param peer where packets go; on the same event loop as the channel that this handler is added to */
    public Relay(Channel peer) {
        this.peer = peer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().eventLoop() != peer.eventLoop()) {
            throw new IllegalArgumentException("both channels of a Relay must share one event loop: " + ctx.channel()
                    + ", " + peer + "; use a QueuedRelay between loops");
        }
        this.ctx = ctx;
        peer.pipeline().addLast(resume);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (peer.pipeline().context(resume) != null) {
            peer.pipeline().remove(resume);
        }
        if (ctx.channel().isOpen()) {
            pause.end(ctx.channel());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object packet) {
        // A dropped packet is counted by the channel; nobody waits for its promise.
        peer.write(packet, peer.unsafe().voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
        // A closed channel takes everything: it releases it.
        if (!peer.isWritable() && peer.isOpen()) {
            pause.begin(ctx.channel());
        }
        ctx.fireChannelReadComplete();
    }

    /** At the writing channel: lets the reading one go on when there is room again, or when it is closed. */
    private final class Resume extends ChannelInboundHandlerAdapter {
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext peerCtx) {
            if (peer.isWritable()) {
                pause.end(ctx.channel());
            }
            peerCtx.fireChannelWritabilityChanged();
        }

        @Override
        public void channelInactive(ChannelHandlerContext peerCtx) {
            pause.end(ctx.channel());
            peerCtx.fireChannelInactive();
        }
    }
}
