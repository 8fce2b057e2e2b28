// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.PacketIo;
import io.tunloop.device.PacketRing;
import io.tunloop.device.PacketVector;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;

/**
 * The {@link PacketRing} of an event loop: opened with its first channel, closed with its last.
 *
 * <p>For devices that are read packet by packet. Frames of an offloaded one are so long that a system call for each is
 * nothing, and buffers for them so large that the kernel shall not keep them.
 *
 * Thread: one per event loop.
 */
final class LoopRing {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LoopRing.class);
    /** {@code -Dio.tunloop.ring=false} moves each packet with a system call of its own. */
    private static final boolean WANTED = SystemPropertyUtil.getBoolean("io.tunloop.ring", true);

    private static final FastThreadLocal<LoopRing> CURRENT = new FastThreadLocal<>();
    private static final int BATCH = 64;

    /** Channels of one loop that get buffers which the kernel knows; the others do without. */
    private static final int READERS = 2;

    /** Where packets are longer, a system call for each batch is little, and a second batch much memory. */
    private static final int MAX_AHEAD_BYTES = 16 * 1024;

    private static final int CACHE_LINE_BYTES = 64;

    private final PacketRing ring;
    private int users;
    private int bufferBytes;

    private LoopRing(PacketRing ring) {
        this.ring = ring;
    }

    /** How to move packets from and to this device on this event loop; {@link Io#close} before closing the device. */
    static Io attach(TunDevice device) {
        if (!WANTED || !device.offloads().isEmpty() || !PacketRing.isAvailable()) {
            return without(device);
        }
        try {
            return current().attachToRing(device);
        } catch (TunException e) {
            LOGGER.debug("{} without a ring", device.name(), e);
            return without(device);
        }
    }

    /** A system call for each packet. */
    static Io without(TunDevice device) {
        return new Io(device, null, null);
    }

    private static LoopRing current() throws TunException {
        LoopRing loop = CURRENT.getIfExists();
        if (loop == null) {
            loop = new LoopRing(PacketRing.open(BATCH));
            CURRENT.set(loop);
        }
        return loop;
    }

    private Io attachToRing(TunDevice device) throws TunException {
        try {
            PacketRing.Queue queue = ring.attach(device);
            users++;
            return new Io(device, this, queue);
        } catch (TunException e) {
            closeIfUnused();
            throw e;
        }
    }

    private ByteBuf takeBuffer(int batch, int bytes) {
        if (bufferBytes == 0) {
            bufferBytes = (bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
            ring.addBuffers(batch * (bytes > MAX_AHEAD_BYTES ? 1 : 2) * READERS, bufferBytes);
        }
        return bytes <= bufferBytes ? ring.takeBuffer() : null;
    }

    private void closeIfUnused() {
        if (users == 0) {
            CURRENT.remove();
            ring.close();
        }
    }

    /** The way that one channel's packets take. */
    static final class Io implements PacketIo, AutoCloseable {
        private final TunDevice device;
        private final PacketIo io;
        private final LoopRing loop;
        private final PacketRing.Queue queue;

        private Io(TunDevice device, LoopRing loop, PacketRing.Queue queue) {
            this.device = device;
            this.io = queue == null ? device : queue;
            this.loop = loop;
            this.queue = queue;
        }

        @Override
        public int read(PacketVector vector) throws TunException {
            return open().read(vector);
        }

        @Override
        public int write(PacketVector vector) throws TunException {
            return open().write(vector);
        }

        /** The kernel keeps what is on a ring open, but a device that was closed must say so. */
        private PacketIo open() {
            return device.isOpen() ? io : device;
        }

        /** True if the event loop's next write can read a batch of packets of this length ahead. */
        boolean canReadAhead(int bytes) {
            return queue != null && bytes <= MAX_AHEAD_BYTES && device.isOpen();
        }

        /** As {@link PacketRing.Queue#announceRead}, if {@link #canReadAhead}. */
        void announceRead(PacketVector vector) {
            queue.announceRead(vector);
        }

        /** As {@link PacketRing.Queue#completeRead}. */
        int completeRead(PacketVector vector) throws TunException {
            return queue.completeRead(vector);
        }

        /**
         * A buffer that the kernel knows, for a channel that reads batches of this many; null if there is none left, or no ring.
         */
        ByteBuf takeBuffer(int batch, int bytes) {
            return loop == null ? null : loop.takeBuffer(batch, bytes);
        }

        /** The system calls made: one for each packet, or by ring at most these trips. */
        int calls(int singleCalls, int trips) {
            return queue == null ? singleCalls : Math.min(singleCalls, trips);
        }

        @Override
        public void close() {
            if (queue != null) {
                queue.close();
                loop.users--;
                loop.closeIfUnused();
            }
        }
    }
}
