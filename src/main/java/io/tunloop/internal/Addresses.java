// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Where the bytes of a buffer lie, for native code. Also right where Netty does without Unsafe. Not part of the API.
 *
 * <p>Ownership: an address holds no reference; it is valid as long as the buffer is and does not grow.
 */
public final class Addresses {
    static {
        NativeLibrary.ensureLoaded();
    }

    private Addresses() {}

    /** True if the buffer is one span of native memory; false for heap buffers and composites. */
    public static boolean isNative(ByteBuf buf) {
        return buf.hasMemoryAddress() || buf.isDirect() && buf.nioBufferCount() == 1;
    }

    /** The address of {@code index} in a buffer that {@link #isNative}. */
    public static long of(ByteBuf buf, int index) {
        if (buf.hasMemoryAddress()) {
            return buf.memoryAddress() + index;
        }
        ByteBuffer nio = buf.internalNioBuffer(index, 0);
        return NativeBytes.address(nio) + nio.position();
    }

    /** The address of index 0 of a direct buffer. */
    public static long of(ByteBuffer buffer) {
        return NativeBytes.address(buffer);
    }
}
