// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.device.InterfaceAddress;

/** Echo requests and replies, made plainly. */
final class Echo {
    private static final int PAYLOAD_BYTES = 57;

    private Echo() {}

    static ByteBuf v4(String from, String to, int type) {
        return v4(from, to, type, 0);
    }

    static ByteBuf v4(String from, String to, int type, int fragment) {
        ByteBuf packet = Unpooled.directBuffer(128);
        packet.writeShort(0x4500).writeShort(28 + PAYLOAD_BYTES).writeShort(7).writeShort(fragment);
        packet.writeByte(64).writeByte(1).writeShort(0);
        packet.writeBytes(address(from)).writeBytes(address(to));
        packet.setShort(10, ~sum(packet, 0, 20, 0));
        icmp(packet, type, 0);
        return packet;
    }

    static ByteBuf v6(String from, String to, int type) {
        ByteBuf packet = Unpooled.directBuffer(128);
        packet.writeInt(0x60000000).writeShort(8 + PAYLOAD_BYTES).writeByte(58).writeByte(64);
        packet.writeBytes(address(from)).writeBytes(address(to));
        icmp(packet, type, sum(packet, 8, 32, 58 + 8 + PAYLOAD_BYTES));
        return packet;
    }

    private static void icmp(ByteBuf packet, int type, int initial) {
        int start = packet.writerIndex();
        packet.writeShort(type << 8).writeShort(0).writeShort(0x1234).writeShort(1);
        for (int i = 0; i < PAYLOAD_BYTES; i++) {
            packet.writeByte(i);
        }
        packet.setShort(start + 2, ~sum(packet, start, 8 + PAYLOAD_BYTES, initial));
    }

    private static byte[] address(String text) {
        return InterfaceAddress.of(text, 0).address().getAddress();
    }

    private static int sum(ByteBuf packet, int index, int bytes, int initial) {
        int sum = initial;
        for (int i = 0; i < bytes; i++) {
            sum += packet.getUnsignedByte(index + i) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
