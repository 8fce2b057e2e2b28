// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/** Where a direct buffer lies in memory, also where Netty runs without {@code Unsafe} and so does not know it. */
final class NativeAddress {
    private NativeAddress() {}

    /** The address of byte {@code index} of a direct buffer that is one piece. */
    static long of(ByteBuf buffer, int index, int lengthBytes) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + index;
        }
        ByteBuffer nio = buffer.internalNioBuffer(index, lengthBytes);
        return of(nio);
    }

    /** The address of a direct buffer's position. */
    static long of(ByteBuffer nio) {
        return Buffer.memoryAddress(nio) + nio.position();
    }
}
