// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One pcapng file: section header, one interface, and a block for each packet.
 *
 * <pre>
 * | block type | length | interface | time high | time low | captured | original | packet, padded | options | length |
 *      4 B         4         4           4          4           4          4         4 * n           12        4
 * </pre>
 * Units: times in nanoseconds since 1970; lengths in bytes; everything in the host's byte order.
 * Thread: one.
 * Source: draft-ietf-opsawg-pcapng, sections 4.1, 4.2 and 4.3.
 */
final class PcapngFile implements AutoCloseable {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PcapngFile.class);

    /** Link types: packets that begin with an IP header, or with an Ethernet header. */
    static final int LINKTYPE_RAW = 101;

    static final int LINKTYPE_ETHERNET = 1;

    /** epb_flags: the packet came in, or goes out. */
    static final int INBOUND = 1;

    static final int OUTBOUND = 2;

    /** The most that is kept of one packet: more than any device carries. */
    static final int MAX_PACKET_BYTES = 1 << 17;

    private static final int BUFFER_BYTES = 1 << 18;
    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int OPTION_IF_NAME = 2;
    private static final int OPTION_IF_TSRESOL = 9;
    private static final int OPTION_EPB_FLAGS = 2;
    private static final int NANOSECONDS = 9;
    private static final int UNKNOWN_LENGTH = -1;

    /** Of a packet block, all but the packet. */
    private static final int PACKET_OVERHEAD_BYTES = 28 + 12 + 4;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder());
    private long bytes;

    PcapngFile(Path path, int linkType, int snapBytes, String interfaceName) throws IOException {
        file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        putSectionHeader();
        putInterface(linkType, snapBytes, interfaceName.getBytes(StandardCharsets.UTF_8));
    }

    private void putSectionHeader() {
        buffer.putInt(SECTION_HEADER).putInt(28).putInt(BYTE_ORDER_MAGIC);
        buffer.putShort((short) 1).putShort((short) 0).putLong(UNKNOWN_LENGTH).putInt(28);
    }

    private void putInterface(int linkType, int snapBytes, byte[] name) {
        int length = 16 + 4 + padded(name.length) + 8 + 4 + 4;
        buffer.putInt(INTERFACE_DESCRIPTION)
                .putInt(length)
                .putShort((short) linkType)
                .putShort((short) 0);
        buffer.putInt(snapBytes);
        buffer.putShort((short) OPTION_IF_NAME).putShort((short) name.length).put(name);
        pad(name.length);
        buffer.putShort((short) OPTION_IF_TSRESOL).putShort((short) 1).putInt(0);
        buffer.put(buffer.position() - Integer.BYTES, (byte) NANOSECONDS);
        buffer.putInt(0).putInt(length);
    }

    /** The bytes that a packet of this length takes in the file. */
    static int blockBytes(int capturedBytes) {
        return PACKET_OVERHEAD_BYTES + padded(capturedBytes);
    }

    /** The bytes written until now. */
    long bytes() {
        return bytes + buffer.position();
    }

    void packet(ByteBuf packet, int index, int capturedBytes, int originalBytes, long timeNs, int direction)
            throws IOException {
        int length = blockBytes(capturedBytes);
        if (buffer.remaining() < length) {
            flush();
        }
        buffer.putInt(ENHANCED_PACKET).putInt(length).putInt(0);
        buffer.putInt((int) (timeNs >>> Integer.SIZE)).putInt((int) timeNs);
        buffer.putInt(capturedBytes).putInt(originalBytes);
        putPacket(packet, index, capturedBytes);
        pad(capturedBytes);
        buffer.putShort((short) OPTION_EPB_FLAGS).putShort((short) 4).putInt(direction);
        buffer.putInt(0).putInt(length);
    }

    private void putPacket(ByteBuf packet, int index, int length) {
        if (packet.isDirect() && packet.nioBufferCount() == 1) {
            // Where Netty does without Unsafe (JDK 24 on), getBytes would make a ByteBuffer for each packet.
            buffer.put(packet.internalNioBuffer(index, length));
            return;
        }
        int limit = buffer.limit();
        buffer.limit(buffer.position() + length);
        packet.getBytes(index, buffer);
        buffer.limit(limit);
    }

    /** Gives to the kernel what has been collected. */
    void flush() throws IOException {
        buffer.flip();
        bytes += buffer.limit();
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        } finally {
            buffer.clear();
        }
    }

    /** Closes the file as it is, after an error that has been reported. */
    void abandon() {
        try {
            file.close();
        } catch (IOException cause) {
            LOGGER.debug("cannot close a capture file that failed before", cause);
        }
    }

    private void pad(int length) {
        for (int i = length; i < padded(length); i++) {
            buffer.put((byte) 0);
        }
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }

    @Override
    public void close() throws IOException {
        try (file) {
            flush();
        }
    }
}
