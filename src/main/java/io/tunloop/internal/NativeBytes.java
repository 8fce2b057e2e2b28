// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import java.nio.ByteBuffer;

/**
 * The native methods of checksum.c. Nothing is checked: an address that is not mapped ends the process. Not part of the API.
 *
 * <p>No static initialiser: the library registers these methods while it is loaded (see NativeLibrary).
 */
public final class NativeBytes {
    private NativeBytes() {}

    /** Where a direct buffer's index 0 lies. */
    public static native long address(ByteBuffer buffer);

    /** The folded sum of the bytes as big-endian words, and of {@code initial}; 0..0xffff, not complemented. */
    public static native int sum(long address, int bytes, int initial);

    /**
     * The sum of pseudo header, with the addresses in the IP header, and of everything from {@code transportOffset} on;
     * 0xffff if the checksum is valid.
     */
    public static native int transportSum(long packet, int bytes, int transportOffset, int protocol);
}
