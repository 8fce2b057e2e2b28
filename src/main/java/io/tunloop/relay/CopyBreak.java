// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.tunloop.internal.DirectCopy;

/**
 * Moves a small packet out of the large buffer that it came in, or is a slice of, so that it does not pin it while it waits.
 *
 * The copy has the room around it that the packets of the reading channel have.
 *
 * <p>An offloaded device reads every packet into a buffer for 64 KiB: one acknowledgement of 62 bytes would keep 80 KiB.
 */
final class CopyBreak {
    /** Up to here a copy costs less than a new large buffer. */
    private static final int SMALL_BYTES = 2048;

    /** A plain device's buffers are about as large as its packets: nothing to gain. */
    private static final int LARGE_BUFFER_BYTES = 4 * SMALL_BYTES;

    private CopyBreak() {}

    /** Returns the message itself, or a copy of the right size in its place; the caller owns what it gets. */
    static Object apply(Object message, ChannelHandlerContext ctx) {
        return message instanceof ByteBuf packet && pins(packet) ? copy(packet, ctx) : message;
    }

    private static boolean pins(ByteBuf packet) {
        return packet.readableBytes() <= SMALL_BYTES && pinnedBytes(packet) >= LARGE_BUFFER_BYTES;
    }

    private static int pinnedBytes(ByteBuf packet) {
        ByteBuf root = packet;
        for (ByteBuf parent = root.unwrap(); parent != null; parent = parent.unwrap()) {
            root = parent;
        }
        return root.capacity();
    }

    private static ByteBuf copy(ByteBuf packet, ChannelHandlerContext ctx) {
        ByteBuf copy;
        try {
            copy = DirectCopy.withRoom(ctx, packet);
        } catch (OutOfMemoryError starved) {
            return packet; // Better it pins memory than that it is lost.
        }
        packet.release();
        return copy;
    }
}
