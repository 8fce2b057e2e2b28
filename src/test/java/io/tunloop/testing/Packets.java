// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static io.tunloop.packet.IpHeader.PROTOCOL_TCP;
import static io.tunloop.packet.IpHeader.PROTOCOL_UDP;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Test packets: {@code Packets.tcp4(ACK, 100, 1).window(17).build()}. */
public final class Packets {
    private Packets() {}

    /** TCP over IPv4, a pure ACK from 10.0.1.1:1000 to 10.0.2.1:2000. */
    public static PacketSpec tcp4() {
        return new PacketSpec(false, PROTOCOL_TCP);
    }

    public static PacketSpec tcp4(int flags, int payloadBytes, int sequence) {
        return tcp4().flags(flags).payload(payloadBytes).sequence(sequence);
    }

    /** TCP over IPv6, a pure ACK from fd00:1::1 port 1000 to fd00:2::1 port 2000. */
    public static PacketSpec tcp6() {
        return new PacketSpec(true, PROTOCOL_TCP);
    }

    public static PacketSpec tcp6(int flags, int payloadBytes, int sequence) {
        return tcp6().flags(flags).payload(payloadBytes).sequence(sequence);
    }

    public static PacketSpec udp4(int payloadBytes) {
        return new PacketSpec(false, PROTOCOL_UDP).payload(payloadBytes);
    }

    public static PacketSpec udp6(int payloadBytes) {
        return new PacketSpec(true, PROTOCOL_UDP).payload(payloadBytes);
    }

    /** A direct buffer of these bytes. */
    public static ByteBuf direct(byte[] bytes) {
        return Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    /** The readable bytes; releases the buffer. */
    public static byte[] take(ByteBuf buf) {
        try {
            return ByteBufUtil.getBytes(buf);
        } finally {
            buf.release();
        }
    }
}
