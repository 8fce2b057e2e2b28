// SPDX-License-Identifier: Apache-2.0
package io.tunloop.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jctools.util.Pow2;

/**
 * A bounded queue from one thread to another: at most so many elements, and at most so many bytes.
 *
 * <pre>
 * producer ─► offer ─► [ e5 e4 e3 e2 e1 ] ─► drain ─► consumer
 *                        └── depth() ──┘
 *                        └── bytes() ──┘
 * </pre>
 * Units: elements; bytes as the weigher says, which is asked once, when an element is offered.
 * Ownership: an element that was offered with success belongs to the queue until the consumer has taken it.
 * Thread: one producer and one consumer at a time; {@link #depth}, {@link #bytes} and {@link #isEmpty} from any.
 * Errors: a full queue is an answer, not an exception.
 */
public final class HandoffQueue<E> {
    /** Takes what a queue gives. */
    public interface Sink<E> {
        /** @param bytes what the weigher has said of it */
        void accept(E element, int bytes);
    }

    private static final VarHandle TAKEN = field("taken");
    private static final VarHandle BYTES_TAKEN = field("bytesTaken");
    private static final VarHandle OFFERED = field("offered");
    private static final VarHandle BYTES_OFFERED = field("bytesOffered");

    private final int capacity;
    private final long maxBytes;
    private final ToIntFunction<? super E> weigher;
    private final SpscAtomicArrayQueue<E> elements;
    // The weight of each element that waits, at its number: written before the element is published, read after it is
    // got.
    private final int[] weights;

    // Written by the producer with opaque stores, so that other threads see whole values.
    private long offered;
    private long bytesOffered;
    // What the producer has last seen of the consumer's counts: it looks again only when that says full.
    private long takenSeen;
    private long bytesTakenSeen;

    // Written by the consumer with release stores: who sees the count sees the room too.
    private long taken;
    private long bytesTaken;

    /**
     * @param capacity the most elements, at least 1
     * @param maxBytes the most bytes; a single element that is larger fits an empty queue nevertheless
     * @param weigher the bytes of an element, at least 0
     */
    public HandoffQueue(int capacity, long maxBytes, ToIntFunction<? super E> weigher) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1: " + maxBytes);
        }
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.weigher = Objects.requireNonNull(weigher, "weigher");
        elements = new SpscAtomicArrayQueue<>(capacity);
        weights = new int[Pow2.roundToPowerOfTwo(capacity)];
    }

    /** The most elements. */
    public int capacity() {
        return capacity;
    }

    /** The most bytes. */
    public long maxBytes() {
        return maxBytes;
    }

    /** The elements that wait; exact for producer and consumer, near for others. */
    public int depth() {
        long consumed = (long) TAKEN.getAcquire(this);
        return (int) Math.max(0, (long) OFFERED.getOpaque(this) - consumed);
    }

    /** The bytes that wait. */
    public long bytes() {
        long consumed = (long) BYTES_TAKEN.getAcquire(this);
        return Math.max(0, (long) BYTES_OFFERED.getOpaque(this) - consumed);
    }

    /** True when nothing waits. */
    public boolean isEmpty() {
        return elements.isEmpty();
    }

    /** Producer only. Returns false iff full; then the element stays the caller's. */
    public boolean offer(E element) {
        int bytes = weigher.applyAsInt(element);
        if (!hasRoom(bytes) && !hasRoomNow(bytes)) {
            return false;
        }
        // Counted first: the consumer must not be seen to have taken more than was offered.
        OFFERED.setOpaque(this, offered + 1);
        BYTES_OFFERED.setOpaque(this, bytesOffered + bytes);
        weights[slot(offered - 1)] = bytes;
        elements.relaxedOffer(element);
        return true;
    }

    private int slot(long number) {
        return (int) number & weights.length - 1;
    }

    private boolean hasRoom(int bytes) {
        long depth = offered - takenSeen;
        return depth < capacity && (bytesOffered - bytesTakenSeen + bytes <= maxBytes || depth == 0);
    }

    private boolean hasRoomNow(int bytes) {
        bytesTakenSeen = (long) BYTES_TAKEN.getAcquire(this);
        takenSeen = (long) TAKEN.getAcquire(this);
        return hasRoom(bytes);
    }

    /** Consumer only. Gives what waits to the sink, in order, at most {@code limit} elements. Returns their number. */
    public int drain(Sink<? super E> sink, int limit) {
        int count = 0;
        for (E element; count < limit && (element = elements.relaxedPoll()) != null; count++) {
            // Before the sink has it, which may release it.
            int bytes = weights[slot(taken)];
            BYTES_TAKEN.setRelease(this, bytesTaken + bytes);
            TAKEN.setRelease(this, taken + 1);
            sink.accept(element, bytes);
        }
        return count;
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(HandoffQueue.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
