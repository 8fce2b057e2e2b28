// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.IllegalReferenceCountException;

/** Copies of packets to where the kernel and native code reach them. */
public final class DirectCopy {
    private DirectCopy() {}

    /** A direct buffer with what can be read of this packet, which stays the caller's. */
    public static ByteBuf of(ByteBufAllocator allocator, ByteBuf packet) {
        return of(allocator, packet, 0);
    }

    /**
     * The same, behind so many bytes of zeros.
     *
     * Errors: {@link IllegalReferenceCountException} if the packet was released already; nothing is left of the copy.
     */
    public static ByteBuf of(ByteBufAllocator allocator, ByteBuf packet, int zeroBytes) {
        requireAlive(packet);
        ByteBuf copy = allocator.directBuffer(Math.max(1, zeroBytes + packet.readableBytes()));
        return fill(copy.writeZero(zeroBytes), packet);
    }

    /** The same, with the room around it that the packets have which this channel reads, and no more. */
    public static ByteBuf withRoom(ChannelHandlerContext ctx, ByteBuf packet) {
        requireAlive(packet);
        int headroomBytes = 0;
        int bytes = packet.readableBytes();
        if (ctx.channel() instanceof VnetHeaderChannel channel) {
            headroomBytes = channel.readHeadroomBytes();
            bytes += headroomBytes + channel.readTailroomBytes();
        }
        return fill(ctx.alloc().directBuffer(bytes, bytes).setIndex(headroomBytes, headroomBytes), packet);
    }

    /** Some would complain of an index, others of nothing at all. */
    private static void requireAlive(ByteBuf packet) {
        if (packet.refCnt() == 0) {
            throw new IllegalReferenceCountException(0);
        }
    }

    private static ByteBuf fill(ByteBuf copy, ByteBuf packet) {
        try {
            return copy.writeBytes(packet, packet.readerIndex(), packet.readableBytes());
        } catch (Throwable failure) {
            copy.release();
            throw failure;
        }
    }
}
