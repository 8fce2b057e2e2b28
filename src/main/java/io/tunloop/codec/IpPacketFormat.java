// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;

/** {@link IpPacket}s, taken from a pool of the codec's own. */
final class IpPacketFormat implements PacketFormat<IpPacket> {
    private static final int USUAL_PACKETS = 256;

    private final Pool<IpPacket> pool;

    IpPacketFormat() {
        this(USUAL_PACKETS);
    }

    /** @param keptPackets the most objects that are kept to be used again */
    IpPacketFormat(int keptPackets) {
        pool = new Pool<>(keptPackets, IpPacket::new);
    }

    @Override
    public Class<IpPacket> type() {
        return IpPacket.class;
    }

    @Override
    public IpPacket decode(ByteBuf bytes) {
        IpPacket packet = pool.take();
        if (packet.init(bytes)) {
            return packet;
        }
        bytes.release();
        pool.give(packet);
        return null;
    }

    @Override
    public ByteBuf encode(IpPacket packet) {
        ByteBuf bytes = packet.content().retain();
        packet.release();
        return bytes;
    }
}
