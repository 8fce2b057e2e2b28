// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
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
        if (packet.refCnt() == 0) {
            throw new IllegalReferenceCountException(0); // Some would complain of an index, others of nothing at all.
        }
        int lengthBytes = packet.readableBytes();
        ByteBuf copy = allocator.directBuffer(Math.max(1, zeroBytes + lengthBytes));
        try {
            return copy.writeZero(zeroBytes).writeBytes(packet, packet.readerIndex(), lengthBytes);
        } catch (Throwable failure) {
            copy.release();
            throw failure;
        }
    }
}
