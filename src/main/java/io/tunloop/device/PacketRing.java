// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import io.tunloop.internal.NativeLibrary;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Moves a batch of packets with one system call: an io_uring of one thread for its devices.
 *
 * <pre>
 * TunDevice.read    read(2) read(2) read(2) ... EAGAIN           one call a packet, and one more
 * PacketRing        io_uring_enter: read, read, read, ... EAGAIN    one call a batch
 * </pre>
 * Each call leaves the ring empty: no read waits in the kernel for a packet, and none is lost when the ring is closed.
 *
 * Ownership: the devices stay their owner's; detach (close the queue) before the device is closed, or it lives on.
 * Thread: the one that opened it, for everything.
 * Errors: none of its own while it moves packets: what the kernel does not do by ring is done with read(2) and write(2).
 * Source: native/packet_ring.h.
 */
public final class PacketRing implements AutoCloseable {
    static {
        NativeLibrary.ensureLoaded();
    }

    private static final TunException UNAVAILABILITY_CAUSE = tryToOpen();
    private static final int CLOSED = 0;

    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>();
    private long handle;

    private PacketRing(long handle) {
        this.handle = handle;
    }

    /** True if the kernel has io_uring and lets this process use it. */
    public static boolean isAvailable() {
        return UNAVAILABILITY_CAUSE == null;
    }

    /** Why there is no ring here; null if there is one. */
    public static TunException unavailabilityCause() {
        return UNAVAILABILITY_CAUSE;
    }

    private static TunException tryToOpen() {
        try {
            open(1).close();
            return null;
        } catch (TunException cause) {
            return cause;
        }
    }

    /** A ring for batches of this many packets, 1..1024; a longer batch takes several system calls. */
    public static PacketRing open(int packets) throws TunException {
        if (packets < 1 || packets > PacketVector.MAX_SPANS) {
            throw new IllegalArgumentException("packets must be 1.." + PacketVector.MAX_SPANS + ": " + packets);
        }
        long handle = Native.ringOpen(packets);
        TunException.check("io_uring_setup", "a ring", (int) Math.min(handle, 0));
        return new PacketRing(handle);
    }

    /**
     * Makes buffers whose memory the kernel knows already, which saves it a look-up for each packet in them, on every device
     * of this ring; once. None if the kernel does not want to keep so much memory (RLIMIT_MEMLOCK).
     */
    public void addBuffers(int count, int bytes) {
        ByteBuffer memory = ByteBuffer.allocateDirect(count * bytes);
        if (Native.ringAddMemory(handle, Buffer.memoryAddress(memory), memory.capacity()) < 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            // Each keeps the memory, by garbage collection; the kernel keeps its pages until the ring is closed.
            buffers.add(Unpooled.wrappedBuffer(memory.slice(i * bytes, bytes)).clear());
        }
    }

    /** One of the buffers, which is the caller's from now on; null if none is left. */
    public ByteBuf takeBuffer() {
        return buffers.poll();
    }

    /**
     * Reads and writes this device by ring from now on.
     *
     * @throws TunException if its send buffer was limited (TUNSETSNDBUF), or the ring has no room for one more device
     */
    public Queue attach(TunDevice device) throws TunException {
        int number = device.call("attach", fd -> Native.ringAttach(handle, fd, device.isShared()));
        return new Queue(device, TunException.check("io_uring_register", device.name(), number));
    }

    /** Detaches all devices; does nothing the second time. */
    @Override
    public void close() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
        if (handle != CLOSED) {
            Native.ringClose(handle);
            handle = CLOSED;
        }
    }

    /** One device on a ring. */
    public final class Queue implements PacketIo, AutoCloseable {
        private static final int DETACHED = -1;

        private final TunDevice device;
        private int number;

        private Queue(TunDevice device, int number) {
            this.device = device;
            this.number = number;
        }

        @Override
        public int read(PacketVector vector) throws TunException {
            int count = Native.ringRead(handle, number, vector.iovAddress(), vector.resultsAddress(), vector.packets());
            return count >= 0 ? count : TunException.check("read", device.name(), count);
        }

        /** A packet of a single span that is refused with EINVAL does not end the batch. */
        @Override
        public int write(PacketVector vector) throws TunException {
            int count = Native.ringWrite(
                    handle,
                    number,
                    vector.iovAddress(),
                    vector.spansAddress(),
                    vector.resultsAddress(),
                    vector.packets());
            return count >= 0 ? count : TunException.check("write", device.name(), count);
        }

        /** Lets go of the device; does nothing the second time, or when the ring is closed. */
        @Override
        public void close() {
            if (handle != CLOSED && number != DETACHED) {
                Native.ringDetach(handle, number);
                number = DETACHED;
            }
        }
    }
}
