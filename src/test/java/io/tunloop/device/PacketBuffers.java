// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;

/** Reads and writes single packets of a device, the plain way. */
final class PacketBuffers {
    private static final int LONGEST = TunDevice.VNET_HEADER_BYTES + 65_535;

    private PacketBuffers() {}

    /** Writes one packet; returns what the kernel says about it: bytes or a negative errno. Releases it. */
    static int write(TunDevice device, ByteBuf packet) throws TunException {
        try (PacketVector vector = new PacketVector(1)) {
            vector.addPacket(packet.memoryAddress() + packet.readerIndex(), packet.readableBytes());
            if (device.write(vector) != 1) {
                throw new AssertionError("the device takes nothing: " + device);
            }
            return vector.result(0);
        } finally {
            packet.release();
        }
    }

    /** The next packet, to be released; null when there is none. */
    static ByteBuf read(TunDevice device) throws TunException {
        ByteBuf packet = Unpooled.directBuffer(LONGEST);
        try (PacketVector vector = new PacketVector(1)) {
            vector.addPacket(packet.memoryAddress(), packet.capacity());
            if (device.read(vector) == 1) {
                return packet.writerIndex(vector.result(0));
            }
        } catch (TunException failure) {
            packet.release();
            throw failure;
        }
        packet.release();
        return null;
    }

    /** An ICMP echo request over IPv4, which the kernel answers when the destination is its own. */
    static ByteBuf ping(String from, String to) throws Exception {
        ByteBuf packet = Unpooled.directBuffer(28);
        packet.writeShort(0x4500)
                .writeShort(28)
                .writeInt(0)
                .writeShort(64 << 8 | 1)
                .writeShort(0);
        packet.writeBytes(InetAddress.getByName(from).getAddress());
        packet.writeBytes(InetAddress.getByName(to).getAddress());
        packet.writeShort(8 << 8).writeShort(0).writeShort(0x1234).writeShort(1);
        packet.setShort(10, checksum(packet, 0, 20)).setShort(22, checksum(packet, 20, 8));
        return packet;
    }

    static int icmpType(ByteBuf packet) {
        return packet.getByte(packet.readerIndex() + 20);
    }

    private static int checksum(ByteBuf packet, int index, int length) {
        int sum = 0;
        for (int i = index; i < index + length; i += Short.BYTES) {
            sum += packet.getUnsignedShort(i);
        }
        return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    }
}
