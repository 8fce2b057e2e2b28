// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelPipeline;
import io.tunloop.device.PacketRing;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import java.util.concurrent.TimeUnit;

/**
 * The reading half of a {@link TunChannel}.
 *
 * Thread: the channel's event loop only.
 */
final class TunReader implements AutoCloseable {
    /** Batches read before the event loop looks after its tasks and other channels: about a millisecond. */
    private static final int BATCHES_PER_WAKE_UP = 16;

    /** Long enough for others to release memory, short enough for a queue of 2000 packets at a moderate rate. */
    private static final long STARVED_PAUSE_MS = 20;

    private static final int MAX_IP_PACKET_BYTES = 65_535;

    /** Ethernet header with two VLAN tags. */
    private static final int ETHERNET_HEADER_BYTES = 22;

    private final TunChannel channel;
    private final TunDevice device;
    private final ReadBuffers buffers;
    private boolean wanted;
    private boolean reading;
    private boolean empty = true;
    private boolean closed;

    TunReader(TunChannel channel) {
        this.channel = channel;
        device = channel.device();
        buffers = new ReadBuffers(
                channel.config().getReadBatch(),
                bufferBytes(device),
                channel.readHeadroomBytes(),
                channel.readTailroomBytes());
    }

    /** The kernel cuts a packet to the buffer in silence. One byte more than the longest tells such a packet apart. */
    static int bufferBytes(TunDevice device) {
        return bufferBytes(device, device.offloads().isEmpty() ? device.mtuBytes() : MAX_IP_PACKET_BYTES);
    }

    private static int bufferBytes(TunDevice device, int packetBytes) {
        int linkHeaderBytes = device.isTap() ? ETHERNET_HEADER_BYTES : 0;
        return device.vnetHeaderBytes() + linkHeaderBytes + packetBytes + 1;
    }

    /** Somebody wants to read: called for each {@code Channel.read()}, also from inside the read loop. */
    void wanted() {
        wanted = true;
    }

    void unwanted() {
        wanted = false;
    }

    /** True when packets have been read that were not fired, as nobody wanted any more. */
    boolean hasPackets() {
        return buffers.hasPackets();
    }

    /** True when the last read has emptied the device. */
    boolean isEmpty() {
        return empty;
    }

    void readUntilEmpty() {
        if (reading || closed) {
            return;
        }
        reading = true;
        try {
            boolean more = true;
            for (int i = 0; wanted && more && !closed && i < BATCHES_PER_WAKE_UP; i++) {
                more = readBatch(i + 1 < BATCHES_PER_WAKE_UP);
            }
            empty = !more;
        } catch (OutOfMemoryError starved) {
            pause();
        } catch (TunException lost) {
            channel.pipeline().fireExceptionCaught(lost);
            channel.unsafe().close(channel.voidPromise());
        } catch (Throwable cause) {
            channel.pipeline().fireExceptionCaught(cause);
        } finally {
            reading = false;
            finish();
        }
    }

    /**
     * There is no direct memory for packets: they wait in the kernel's queue, and are dropped there when it is full. Others
     * must release memory before we get some, and nobody tells when they do.
     */
    private void pause() {
        channel.counters().readStarved();
        boolean asked = !channel.config().isAutoRead();
        wanted = false;
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (channel.isOpen() && (asked || channel.config().isAutoRead())) {
                                channel.read();
                            }
                        },
                        STARVED_PAUSE_MS,
                        TimeUnit.MILLISECONDS);
    }

    private void finish() {
        if (closed) {
            buffers.close();
        } else if (!wanted) {
            channel.stopReading();
        }
    }

    /**
     * Returns true when there may be more to read.
     *
     * @param ahead the next batch is read at once: it may come with the packets that this one makes somebody write
     */
    private boolean readBatch(boolean ahead) throws TunException {
        int packets = read();
        if (packets == 0) {
            return false;
        }
        wanted = false;
        if (ahead && channel.config().isAutoRead()) {
            buffers.announce(channel.io(), channel.alloc());
        }
        int next = PacketRing.NOT_READ;
        try {
            fire(packets);
        } finally {
            next = closed ? next : buffers.completeAhead();
        }
        return next == PacketRing.NOT_READ ? packets == buffers.size() : next > 0;
    }

    private int read() throws TunException {
        if (buffers.hasPackets()) {
            return buffers.takeAhead(); // The call was the write's.
        }
        int packets = buffers.read(channel.io(), channel.alloc());
        // One call a packet, and one that finds the device empty.
        channel.counters().readCalls(channel.io().calls(Math.min(packets + 1, buffers.size()), 1));
        return packets;
    }

    private void fire(int packets) {
        ChannelPipeline pipeline = channel.pipeline();
        long bytes = 0;
        for (int i = 0; i < packets; i++) {
            bytes += buffers.length(i);
            if (buffers.isFull(i)) {
                oversize();
            } else {
                pipeline.fireChannelRead(buffers.packet(i));
            }
        }
        channel.counters().read(packets, bytes);
        pipeline.fireChannelReadComplete();
    }

    /** Makes room before the first longer packet comes. */
    void mtuChanged(int mtuBytes) {
        buffers.grow(bufferBytes(device, mtuBytes));
    }

    /** The MTU of the device has grown while it is open: drop what was cut, and be ready for any size from now on. */
    private void oversize() {
        channel.counters().oversize();
        buffers.grow(bufferBytes(device, MAX_IP_PACKET_BYTES));
    }

    @Override
    public void close() {
        closed = true;
        if (!reading) {
            buffers.close();
        }
    }
}
