// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.tunloop.internal.Addresses;
import io.tunloop.internal.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Descriptors to wait for, and one more to be woken by.
 *
 * <pre>
 * struct pollfd, 8 B each:   | wake-up | fd 0 | fd 1 | ...
 *                            | fd 4 B, events 2 B, revents 2 B |
 * </pre>
 * Thread: one thread waits; {@link #wake} may be called by any.
 * Source: poll.h, struct pollfd.
 */
final class Poller implements AutoCloseable {
    static final int POLLIN = 1;
    static final int POLLOUT = 4;

    /** POLLERR, POLLHUP and POLLNVAL: reported whether asked for or not. */
    static final int POLLERROR = 8 | 16 | 32;

    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int REVENTS_OFFSET = 6;
    private static final int MIN_DESCRIPTORS = 8;

    static {
        NativeLibrary.ensureLoaded();
    }

    private final int wakeup;
    // Goes with this object: a call after close finds no memory that is somebody else's by now.
    private ByteBuffer memory;
    private long address;
    private int count;
    private boolean closed;

    Poller() {
        wakeup = check("eventfd", NativePoll.wakeupOpen());
        use(ByteBuffer.allocateDirect((1 + MIN_DESCRIPTORS) * POLLFD_BYTES));
        put(0, wakeup, POLLIN);
    }

    /** Forgets all descriptors. */
    void clear() {
        count = 0;
    }

    /** Waits for these events of one more descriptor. */
    void add(int fd, int events) {
        count++;
        if ((count + 1) * POLLFD_BYTES > memory.capacity()) {
            grow();
        }
        put(count, fd, events);
    }

    private void grow() {
        use(ByteBuffer.allocateDirect(2 * memory.capacity()).put(0, memory, 0, memory.capacity()));
    }

    private void use(ByteBuffer bytes) {
        memory = bytes.order(ByteOrder.nativeOrder());
        address = Addresses.of(memory);
    }

    private void put(int index, int fd, int events) {
        memory.putInt(index * POLLFD_BYTES, fd);
        memory.putShort(index * POLLFD_BYTES + EVENTS_OFFSET, (short) events);
        memory.putShort(index * POLLFD_BYTES + REVENTS_OFFSET, (short) 0);
    }

    /** The number of descriptors. */
    int count() {
        return count;
    }

    /** Waits for any descriptor, a {@link #wake}, or the time-out; negative for none. Returns how many are ready. */
    int poll(long timeoutNs) {
        if (closed) {
            throw new IllegalStateException("the event loop's poller is closed");
        }
        return check("ppoll", NativePoll.poll(address, count + 1, timeoutNs));
    }

    /** What descriptor {@code index} is ready for, after {@link #poll}; 0 for nothing. */
    int ready(int index) {
        return memory.getShort((index + 1) * POLLFD_BYTES + REVENTS_OFFSET);
    }

    /** Ends the wait of the other thread, or its next one. */
    synchronized void wake() {
        if (!closed) {
            check("write(eventfd)", NativePoll.wakeup(wakeup));
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            check("close", NativePoll.close(wakeup));
        }
    }

    private static int check(String call, int result) {
        if (result < 0) {
            throw new IllegalStateException(call + " failed: errno " + -result);
        }
        return result;
    }
}
