// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.TransportHeader;
import io.tunloop.packet.VirtioNetHeader;
import java.util.Arrays;

/**
 * A packet with its virtio header, as an offloaded device carries it, copied out of wherever it was.
 *
 * @param bytes virtio header and packet
 */
public record Frame(byte[] bytes) {
    /** Copies a message that is written to an offloaded device, and releases it. */
    public static Frame take(Object message) {
        return new Frame(message instanceof GatheredPacket packet ? take(packet) : Packets.take((ByteBuf) message));
    }

    private static byte[] take(GatheredPacket packet) {
        byte[] bytes = new byte[packet.readableBytes()];
        int index = 0;
        for (int i = 0; i < packet.spans(); i++) {
            Memory.copy(packet.address(i), bytes, index, packet.length(i));
            index += packet.length(i);
        }
        packet.release();
        return bytes;
    }

    private ByteBuf buf() {
        return Unpooled.wrappedBuffer(bytes);
    }

    /** The IP packet. */
    public byte[] packet() {
        return Arrays.copyOfRange(bytes, VirtioNetHeader.BYTES, bytes.length);
    }

    public byte[] virtioHeader() {
        return Arrays.copyOf(bytes, VirtioNetHeader.BYTES);
    }

    public int gsoType() {
        return VirtioNetHeader.gsoType(buf(), 0);
    }

    public int gsoSize() {
        return VirtioNetHeader.gsoSize(buf(), 0);
    }

    public int hdrLen() {
        return VirtioNetHeader.hdrLen(buf(), 0);
    }

    public int csumStart() {
        return VirtioNetHeader.csumStart(buf(), 0);
    }

    public int csumOffset() {
        return VirtioNetHeader.csumOffset(buf(), 0);
    }

    /** The flags of a TCP packet whose transport header begins at {@link #csumStart}, or behind a plain IPv4 header. */
    public int tcpFlags() {
        int start = csumStart() == 0 ? IpHeader.V4_BYTES : csumStart();
        return TransportHeader.tcpFlags(buf(), VirtioNetHeader.BYTES + start);
    }

    /** A buffer of its own. */
    public ByteBuf copy() {
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }
}
