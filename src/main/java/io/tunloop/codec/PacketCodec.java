// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.tunloop.packet.PacketBatch;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns packets that were read into typed messages, and typed messages that are written into packets.
 *
 * <pre>
 * inbound    ByteBuf, PacketBatch  ─► {@link PacketFormat#decode} ─► IpPacket, or a type of one's own
 * outbound   ByteBuf, PacketBatch  ◄─ {@link PacketFormat#encode} ◄─ the same
 * </pre>
 * Messages of other types pass. In {@linkplain #ipBatches batch mode} a {@link PacketBatch} stays one message, an
 * {@link IpPacketBatch}: its packets become typed when somebody asks for them.
 *
 * <p>Ownership: the format owns what it is given; a packet that it refuses is released.
 * Thread: the channel's event loop only; the counter may be read by any.
 * Errors: a packet that the format refuses is dropped and counted, also where it throws: then the exception is fired.
 */
public final class PacketCodec<T> extends ChannelDuplexHandler {
    /** As many as are usually on their way. */
    private static final int KEPT_BATCHES = 256;

    private final PacketFormat<T> format;
    private final Pool<IpPacketBatch> batches;
    private final AtomicLong dropped = new AtomicLong();

    /** A codec of one's own: each packet becomes one message. */
    public PacketCodec(PacketFormat<T> format) {
        this(format, null);
    }

    private PacketCodec(PacketFormat<T> format, Pool<IpPacketBatch> batches) {
        this.format = Objects.requireNonNull(format, "format");
        this.batches = batches;
    }

    /** Each packet becomes one {@link IpPacket}, those of a batch too. */
    public static PacketCodec<IpPacket> ip() {
        return new PacketCodec<>(new IpPacketFormat());
    }

    /** A packet becomes an {@link IpPacket}, a batch an {@link IpPacketBatch}. */
    public static PacketCodec<IpPacket> ipBatches() {
        return new PacketCodec<>(new IpPacketFormat(), new Pool<>(KEPT_BATCHES, IpPacketBatch::new));
    }

    /** The packets that the format refused, or threw at. */
    public long dropped() {
        return dropped.getOpaque();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf packet) {
            decode(ctx, packet);
        } else if (message instanceof PacketBatch batch) {
            decode(ctx, batch);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void decode(ChannelHandlerContext ctx, ByteBuf packet) {
        T decoded;
        try {
            decoded = format.decode(packet);
        } catch (Exception cause) { // The other packets of a batch are none the worse for it.
            countDropped();
            ctx.fireExceptionCaught(cause);
            return;
        }
        if (decoded != null) {
            ctx.fireChannelRead(decoded);
        } else {
            countDropped();
        }
    }

    private void countDropped() {
        dropped.setOpaque(dropped.getPlain() + 1);
    }

    private void decode(ChannelHandlerContext ctx, PacketBatch batch) {
        if (batches != null) {
            ctx.fireChannelRead(batches.take().init(batch));
            return;
        }
        try {
            for (int i = 0; i < batch.size(); i++) {
                decode(ctx, batch.retainedPacket(i));
            }
        } finally {
            batch.release();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (format.type().isInstance(message)) {
            ctx.write(format.encode(format.type().cast(message)), promise);
        } else if (message instanceof IpPacketBatch batch) {
            ctx.write(batch.unwrap(), promise);
        } else {
            ctx.write(message, promise);
        }
    }
}
