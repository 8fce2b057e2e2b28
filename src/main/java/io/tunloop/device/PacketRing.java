// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import io.tunloop.internal.NativeLibrary;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Moves a batch of packets with one system call: an io_uring of one thread for its devices.
 *
 * <pre>
 * TunDevice.read    read(2) read(2) read(2) ... EAGAIN           one call a packet, and one more
 * PacketRing        io_uring_enter: read, read, read, ... EAGAIN    one call a batch
 *                   io_uring_enter: write, write, ... read, read    and one for both with {@link Queue#announceRead}
 * </pre>
 * Each call leaves the ring empty: no read waits in the kernel for a packet, and none is lost when the ring is closed.
 *
 * Ownership: the devices stay their owner's; detach (close the queue) before the device is closed, or it lives on. The
 * memory of the buffers is the ring's until it is closed, whoever has dropped them, and stays valid for those who still have
 * one then.
 * Thread: the one that opened it, for everything; another one may close the ring when that one has ended.
 * Errors: none of its own while it moves packets: what the kernel does not do by ring is done with read(2) and write(2).
 * {@link IllegalStateException} in another thread, and after close.
 * Source: native/packet_ring.h.
 */
public final class PacketRing implements AutoCloseable {
    /**
     * The most spans of a packet that shares a system call with others. One of more, and one that ends the batch when it is
     * refused, has a call of its own. Source: native/packet_ring.h.
     */
    public static final int MAX_SPANS = 8;

    static {
        NativeLibrary.ensureLoaded();
    }

    private static final TunException UNAVAILABILITY_CAUSE = tryToOpen();
    /** What {@link Queue#completeRead} returns when the announced read was not made. Source: native/packet_ring.h. */
    public static final int NOT_READ = Integer.MIN_VALUE;

    private static final int CLOSED = 0;
    private static final ByteBuffer NO_MEMORY = ByteBuffer.allocateDirect(0);

    private final Thread owner = Thread.currentThread();
    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>();
    // What the kernel reads and writes by address, so it must not go before the kernel has let go of it. Null: none
    // yet.
    private ByteBuffer memory;
    // The same, of the read that is announced; null: none is.
    private PacketVector announced;
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
     * of this ring; once. None if the kernel does not want to keep so much memory (RLIMIT_MEMLOCK), or there is none.
     *
     * @param count at least 1; together with {@code bytes} at most 2 GiB
     * @param bytes the length of each, at least 1
     */
    public void addBuffers(int count, int bytes) {
        if (count < 1 || bytes < 1 || (long) count * bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "count and bytes must be at least 1, and 2 GiB together at most: " + count + ", " + bytes);
        }
        long open = handle();
        if (memory != null) {
            throw new IllegalStateException("the ring has its buffers already");
        }
        memory = allocate(count * bytes);
        if (memory.capacity() == 0 || Native.ringAddMemory(open, Buffer.memoryAddress(memory), memory.capacity()) < 0) {
            memory = NO_MEMORY;
            return;
        }
        for (int i = 0; i < count; i++) {
            buffers.add(Unpooled.wrappedBuffer(memory.slice(i * bytes, bytes)).clear());
        }
    }

    private static ByteBuffer allocate(int bytes) {
        try {
            return ByteBuffer.allocateDirect(bytes);
        } catch (OutOfMemoryError noDirectMemory) {
            return NO_MEMORY;
        }
    }

    /** One of the buffers, which is the caller's from now on; null if none is left. */
    public ByteBuf takeBuffer() {
        handle();
        return buffers.poll();
    }

    /**
     * Reads and writes this device by ring from now on.
     *
     * @throws TunException if its send buffer was limited (TUNSETSNDBUF), or the ring has no room for one more device
     */
    public Queue attach(TunDevice device) throws TunException {
        long open = handle();
        int number = device.call("attach", fd -> Native.ringAttach(open, fd, device.isShared()));
        return new Queue(device, TunException.check("io_uring_register", device.name(), number));
    }

    /** Detaches all devices; does nothing the second time. */
    @Override
    public synchronized void close() {
        if (owner.isAlive()) {
            requireOwner();
        }
        if (handle != CLOSED) {
            buffers.forEach(ByteBuf::release);
            buffers.clear();
            Native.ringClose(handle);
            handle = CLOSED;
            memory = null;
            announced = null;
        }
    }

    private void withdraw() {
        announced = null;
        if (handle != CLOSED) {
            Native.ringWithdraw(handle);
        }
    }

    private long handle() {
        requireOwner();
        if (handle == CLOSED) {
            throw new IllegalStateException("the ring is closed");
        }
        return handle;
    }

    private void requireOwner() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the ring is of thread " + owner.getName() + ", not of "
                    + Thread.currentThread().getName() + ": open one in each");
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
            try {
                int count = Native.ringRead(
                        handle(), number(), vector.iovAddress(), vector.resultsAddress(), vector.packets());
                return count >= 0 ? count : TunException.check("read", device.name(), count);
            } finally {
                Reference.reachabilityFence(vector);
            }
        }

        @Override
        public int write(PacketVector vector) throws TunException {
            try {
                int count = Native.ringWrite(
                        handle(),
                        number(),
                        vector.iovAddress(),
                        vector.spansAddress(),
                        vector.resultsAddress(),
                        vector.packets());
                return count >= 0 ? count : TunException.check("write", device.name(), count);
            } finally {
                Reference.reachabilityFence(vector);
            }
        }

        /**
         * Announces the next read: the ring's next {@link #write}, of whatever device, makes it in the same system call,
         * behind its packets. There is at most one on a ring, and each has its {@link #completeRead}.
         *
         * @param vector as of {@link #read}; it and the memory it points to stay untouched until the read is complete
         */
        public void announceRead(PacketVector vector) {
            Native.ringAnnounce(
                    handle(),
                    number(),
                    vector.iovAddress(),
                    vector.resultsAddress(),
                    vector.packets(),
                    vector.outcomeAddress());
            announced = vector;
        }

        /**
         * Ends what was announced, also when this queue is closed by now.
         *
         * @return the packets that came with the write, their lengths as the vector's results: 0 when there were none, and
         *     as many as there were room for or fewer when there may be more; {@link #NOT_READ} when nothing was written
         *     since, or not by ring
         * @throws TunException if the device is lost
         */
        public int completeRead(PacketVector vector) throws TunException {
            if (announced == vector) {
                withdraw();
            }
            int packets = vector.outcome();
            return packets == NOT_READ || packets >= 0 ? packets : TunException.check("read", device.name(), packets);
        }

        private int number() {
            if (number == DETACHED) {
                throw new IllegalStateException(device.name() + " is detached from the ring");
            }
            return number;
        }

        /** Lets go of the device; does nothing the second time, or when the ring is closed. */
        @Override
        public void close() {
            if (number == DETACHED) {
                return;
            }
            requireOwner();
            if (handle != CLOSED) {
                Native.ringDetach(handle, number);
            }
            number = DETACHED;
        }
    }
}
