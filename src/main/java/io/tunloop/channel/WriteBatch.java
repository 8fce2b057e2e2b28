// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCounted;
import io.tunloop.device.PacketIo;
import io.tunloop.device.PacketRing;
import io.tunloop.device.PacketVector;
import io.tunloop.device.TunException;
import io.tunloop.internal.Addresses;
import io.tunloop.packet.GatheredPacket;
import java.nio.ByteBuffer;

/**
 * Collects flushed messages for one native call.
 *
 * Ownership: reads the messages only; the outbound buffer owns them until the call has returned.
 * Thread: the channel's event loop only.
 */
final class WriteBatch implements ChannelOutboundBuffer.MessageProcessor, AutoCloseable {
    private static final int MAX_PACKETS = 64;

    // Room for one packet of as many spans as the kernel takes, behind a batch of packets of two spans each.
    private final PacketVector vector = new PacketVector(MAX_PACKETS, 2 * MAX_PACKETS + PacketVector.MAX_SPANS);
    private final int[] parts = new int[MAX_PACKETS];
    private int trips;
    private boolean together;

    /** Takes as many of the flushed messages as fit, up to one that has been released. Returns their number. */
    int collect(ChannelOutboundBuffer in) throws Exception {
        clear();
        in.forEachFlushedMessage(this);
        return vector.packets();
    }

    /** Takes one packet alone. */
    void collect(ByteBuf packet) {
        clear();
        add(packet);
    }

    private void clear() {
        vector.clear();
        trips = 0;
        together = false;
    }

    /** Writes what was collected. Returns the number of packets that have a {@link #result}. */
    int write(PacketIo io) throws TunException {
        return io.write(vector);
    }

    /** The system calls that take the batch to the kernel by ring, where packets next to each other share one. */
    int trips() {
        return trips;
    }

    /** The packets that were merged into packet {@code index}; 1 for one that was not merged. */
    int parts(int index) {
        return parts[index];
    }

    /** The bytes that packet {@code index} wrote, or a negative errno. */
    int result(int index) {
        return vector.result(index);
    }

    @Override
    public boolean processMessage(Object message) {
        if (message == Unpooled.EMPTY_BUFFER) {
            return true;
        }
        if (((ReferenceCounted) message).refCnt() == 0) {
            return false; // Its memory is somebody else's by now.
        }
        return message instanceof GatheredPacket packet ? add(packet) : add((ByteBuf) message);
    }

    private boolean add(GatheredPacket packet) {
        int spans = packet.spans();
        if (!vector.hasRoom(spans)) {
            return requireFitsLater(spans);
        }
        vector.addPacket(packet.address(0), packet.length(0));
        for (int i = 1; i < spans; i++) {
            vector.addSpan(packet.address(i), packet.length(i));
        }
        if (packet.parts() > 1) {
            vector.endIfRefused(); // What is behind it must not be written before its parts.
        }
        added(packet.parts(), spans);
        return true;
    }

    private boolean add(ByteBuf packet) {
        int spans = packet.nioBufferCount();
        if (!vector.hasRoom(spans)) {
            return requireFitsLater(spans);
        }
        if (spans == 1) {
            vector.addPacket(Addresses.of(packet, packet.readerIndex()), packet.readableBytes());
        } else {
            addComponents(packet.nioBuffers());
        }
        added(1, spans);
        return true;
    }

    private void added(int partCount, int spans) {
        parts[vector.packets() - 1] = partCount;
        boolean shares = partCount == 1 && spans <= PacketRing.MAX_SPANS;
        trips += shares && together ? 0 : 1;
        together = shares;
    }

    // What does not fit a batch of its own would be waited for in vain, and all that is behind it.
    private boolean requireFitsLater(int spans) {
        if (vector.packets() == 0) {
            throw new IllegalArgumentException("a packet has 1.." + PacketVector.MAX_SPANS + " spans: " + spans);
        }
        return false;
    }

    private void addComponents(ByteBuffer[] components) {
        int packet = vector.packets();
        for (ByteBuffer component : components) {
            if (component.hasRemaining()) {
                addSpan(packet, Addresses.of(component) + component.position(), component.remaining());
            }
        }
        if (vector.packets() == packet) {
            vector.addPacket(0, 0); // It has been read in the meantime: for the kernel to refuse, where its turn is.
        }
    }

    private void addSpan(int packet, long address, int lengthBytes) {
        if (vector.packets() == packet) {
            vector.addPacket(address, lengthBytes);
        } else {
            vector.addSpan(address, lengthBytes);
        }
    }

    @Override
    public void close() {
        vector.close();
    }
}
