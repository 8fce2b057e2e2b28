// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

/**
 * The native methods of segment.c. Nothing is checked: an address that is not mapped ends the process.
 *
 * <p>No static initialiser: the library registers these methods while it is loaded (see NativeLibrary).
 */
final class NativeSegments {
    private NativeSegments() {}

    /** Writes the headers of some segments, {@code stride} bytes apart; their transport checksums are left 0. */
    static native void headers(
            long packet,
            int packetBytes,
            int transportOffset,
            int headerBytes,
            int gsoSize,
            int protocol,
            int first,
            int count,
            long out,
            int stride);

    /**
     * Writes some segments, complete and valid, {@code stride} bytes apart.
     *
     * @param addressSum see {@link io.tunloop.packet.Checksum#addresses}
     */
    static native void packets(
            long packet,
            int packetBytes,
            int transportOffset,
            int headerBytes,
            int gsoSize,
            int addressSum,
            int protocol,
            int first,
            int count,
            long out,
            int stride);

    /** Stores the transport checksum of a header whose checksum field is 0, for the payload that follows it elsewhere. */
    static native void complete(
            long header,
            int transportOffset,
            int headerBytes,
            int addressSum,
            int protocol,
            long payload,
            int payloadBytes);
}
