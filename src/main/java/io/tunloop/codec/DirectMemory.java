// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.internal.Addresses;
import java.nio.ByteBuffer;

/**
 * Native memory of a pooled object, which grows when asked and is freed with the object by the garbage collector.
 *
 * <p>Thread: one thread at a time.
 */
final class DirectMemory {
    private final int usualBytes;
    private ByteBuf buf;
    private long address;

    /** @param usualBytes what is kept; more is given back by {@link #shrink} */
    DirectMemory(int usualBytes) {
        this.usualBytes = usualBytes;
        allocate(usualBytes);
    }

    private void allocate(int bytes) {
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
        address = Addresses.of(memory);
        buf = Unpooled.wrappedBuffer(memory);
    }

    /** Makes room for this many bytes; the content may be lost. */
    void ensure(int bytes) {
        if (bytes > buf.capacity()) {
            allocate(bytes);
        }
    }

    /** Lets an unusually large piece go. */
    void shrink() {
        if (buf.capacity() > usualBytes) {
            allocate(usualBytes);
        }
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
