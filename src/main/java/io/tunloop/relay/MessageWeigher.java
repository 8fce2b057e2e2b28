// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.tunloop.codec.IpPacket;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.PacketBatch;

/** What a message stands for: how many packets, and how much memory it keeps from being used again while it waits. */
final class MessageWeigher {
    /** The objects that a message is, and its place in a queue: of a packet of one byte this is nearly all. */
    static final int OBJECT_BYTES = 256;

    private MessageWeigher() {}

    /** The packets that a message is. */
    static int packets(Object message) {
        if (message instanceof PacketBatch batch) {
            return batch.size();
        }
        if (message instanceof SegmentedDatagramPacket datagrams) {
            return (datagrams.content().readableBytes() - 1) / Math.max(1, datagrams.segmentSize()) + 1;
        }
        return message instanceof GatheredPacket packet ? packet.parts() : 1;
    }

    /** In bytes: the whole capacity of a buffer, not only what is readable in it. */
    static int bytes(Object message) {
        return OBJECT_BYTES + contentBytes(message);
    }

    private static int contentBytes(Object message) {
        if (message instanceof ByteBuf packet) {
            return packet.capacity();
        }
        if (message instanceof IpPacket packet) {
            return packet.content().capacity();
        }
        if (message instanceof PacketBatch batch) {
            return batch.memoryBytes();
        }
        if (message instanceof ByteBufHolder holder) {
            return holder.content().capacity();
        }
        return message instanceof GatheredPacket packet ? packet.readableBytes() : 0;
    }
}
