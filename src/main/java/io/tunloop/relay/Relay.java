// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Function;

/**
 * Writes what one channel reads to another one of the same event loop: the last handler of the reading pipeline. Either may be
 * any channel of Netty, of a TUN device, UDP, TCP or QUIC; what is read becomes what is written by a mapping.
 *
 * <pre>
 * reading channel ─► ... ─► Relay ─► write on read, flush on read-complete ─► ... ─► writing channel
 *                            ▲                                                        │
 *                            └──── reads again ◄──── Resume ◄──── writable again ◄────┘
 * </pre>
 * <pre>
 * tun.pipeline().addLast(new Relay(udp, packet -&gt; new DatagramPacket((ByteBuf) packet, remote)));
 * udp.pipeline().addLast(new Relay(tun, datagram -&gt; ((DatagramPacket) datagram).content()));
 * </pre>
 * Channels share an event loop when the second one is registered with {@code group(first.eventLoop())}.
 *
 * <p>While the writing channel is full this handler has switched auto-read off. It leaves it alone where it was off before.
 *
 * Ownership: passes each message on with its reference.
 * Thread: the event loop that both channels share; the counters may be read by any.
 * Errors: of the reading channel go on to the next handler; those of the writing channel stay in its own pipeline. A message
 * that the writing channel does not take is released and counted, by a {@code TunChannel} or here; the first is logged.
 */
public final class Relay extends ChannelInboundHandlerAdapter {
    private final Channel peer;
    private final Function<Object, ?> mapping;
    private final PeerWrites writes;
    private final Resume resume = new Resume();
    // The event loop only.
    private final ReadPause pause = new ReadPause();
    private ChannelHandlerContext ctx;

    /**
     * Writes what is read as it is.
     *
     * @param peer where packets go; on the same event loop as the channel that this handler is added to
     */
    public Relay(Channel peer) {
        this(peer, Function.identity());
    }

    /**
     * Writes what a mapping makes of what is read.
     *
     * @param peer where packets go; on the same event loop as the channel that this handler is added to
     * @param mapping what to write for a message, which is the mapping's own from then on, also if it throws; null where it
     *     drops that message. What becomes several is the work of a handler in front of this one.
     */
    public Relay(Channel peer, Function<Object, ?> mapping) {
        this.peer = peer;
        this.mapping = mapping;
        writes = new PeerWrites(peer);
    }

    /**
     * The packets that the writing pipeline has refused: in messages of a type that its channel does not write, or because
     * a handler failed. What the kernel refused is in the {@code TunChannel}'s own counters.
     */
    public long refused() {
        return writes.refused();
    }

    /** The packets lost because the writing channel was closed before they were written. */
    public long unwritten() {
        return writes.unwritten();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().eventLoop() != peer.eventLoop()) {
            throw new IllegalArgumentException("both channels of a Relay must share one event loop: " + ctx.channel()
                    + ", " + peer + "; register one with group(other.eventLoop()), or use a QueuedRelay between loops");
        }
        this.ctx = ctx;
        peer.pipeline().addLast(resume);
    }

    /** Reads no more, also when the writing channel has room again. Thread: the event loop. */
    void stop() {
        pause.stop(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (peer.pipeline().context(resume) != null) {
            peer.pipeline().remove(resume);
        }
        peer.flush(); // The batch that is being read ends without this handler.
        if (ctx.channel().isOpen()) {
            pause.end(ctx.channel());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Object packet = mapping.apply(message);
        if (packet != null) {
            writes.write(packet);
        }
        if (ctx.isRemoved()) {
            peer.flush(); // What removes this handler may have done so before the packet got there.
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
        // A closed channel takes everything: it releases it. A flush that removes this handler leaves nobody to resume.
        if (!peer.isWritable() && peer.isOpen() && !ctx.isRemoved()) {
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
