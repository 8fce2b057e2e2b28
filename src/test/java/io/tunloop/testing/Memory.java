// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Looks at native memory, also where Netty does without Unsafe (JDK 24 on). */
public final class Memory {
    private static final int PIECE_BYTES = 4096; // No more than any pipe holds.

    static {
        Epoll.ensureAvailability(); // Loads the library that FileDescriptor needs.
    }

    private Memory() {}

    /** Copies from an address into part of an array. */
    public static void copy(long address, byte[] to, int index, int length) {
        if (PlatformDependent.hasUnsafe()) {
            PlatformDependent.copyMemory(address, to, index, length);
            return;
        }
        try {
            copyThroughAPipe(address, to, index, length);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static void copyThroughAPipe(long address, byte[] to, int index, int length) throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        for (int copied = 0; copied < length; copied += piece.position()) {
            ends[1].writeAddress(address + copied, 0, Math.min(PIECE_BYTES, length - copied));
            piece.clear().position(ends[0].read(piece, 0, PIECE_BYTES));
            piece.duplicate().flip().get(to, index + copied, piece.position());
        }
        ends[0].close();
        ends[1].close();
    }
}
