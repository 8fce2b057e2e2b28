// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.internal.Addresses;
import java.nio.ByteBuffer;

/**
 * Native memory of a pooled object, of one size for good, freed with the object by the garbage collector.
 *
 * <p>Thread: one thread at a time.
 */
final class DirectMemory {
    private final ByteBuf buf;
    private final long address;

    /** Throws OutOfMemoryError where there is no direct memory. */
    DirectMemory(int bytes) {
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
        address = Addresses.of(memory);
        buf = Unpooled.wrappedBuffer(memory);
    }

    /** All of the memory; never released. */
    ByteBuf buf() {
        return buf;
    }

    /** Where index 0 lies. */
    long address() {
        return address;
    }
}
