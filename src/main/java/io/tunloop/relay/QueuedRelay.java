// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import io.tunloop.channel.TunChannel;
import io.tunloop.internal.NextTurn;
import io.tunloop.queue.Drain;
import io.tunloop.queue.HandoffQueue;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Hands what one channel reads to the event loop of another one, which writes it: the last handler of the reading
 * pipeline.
 *
 * <pre>
 *        reading loop                      bounded queue              writing loop
 * channelRead ─► offer ───────────► [ p9 p8 p7 p6 p5 p4 ] ───────► write, flush per drain
 * channelReadComplete ─► signal ─── only when the drain sleeps ──► drain
 * pause ◄── full                                                     │
 * resume ◄──────────────────────── room again ◄──────────────────────┘
 * </pre>
 * The two loops may be one: then a read batch passes the queue and is written at its end, and no thread is woken.
 * In a pause this handler has switched auto-read off. It leaves it alone where it was off before.
 *
 * Ownership: passes each message on with its reference; see {@link CopyBreak} for the exception.
 * Thread: the reading channel's loop offers, the writing channel's loop drains.
 * Errors: see {@link QueueFull} for a full queue. A message that the writing channel does not take is released and counted, by
 * a {@code TunChannel} or here; the first is logged.
 */
public final class QueuedRelay extends ChannelInboundHandlerAdapter {
    /** Messages taken before the event loop looks after its other work. */
    private static final int MESSAGES_PER_STEP = 256;

    private static final int MESSAGES_PER_DRAIN = 64;

    /** What a flush writes is still in the processor's cache. */
    private static final int BYTES_PER_FLUSH = 256 * 1024;

    /** How the reading loop stands to the queue. */
    private enum Room {
        /** It has handed over all that it read. */
        ENOUGH,
        /** It holds messages, and has stopped to read. */
        WANTED,
        /** It has been told that there is room. */
        FOUND
    }

    private final Channel peer;
    private final PeerWrites writes;
    private final QueueFull policy;
    private final HandoffQueue<Object> queue;
    private final Drain drain;
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicReference<Room> room = new AtomicReference<>(Room.ENOUGH);
    private final Writability writability = new Writability();
    // A loop that shuts down cancels what it had accepted.
    private final FutureListener<Object> abandonIfCancelled = this::abandonIfCancelled;

    // The reading loop only. Held is what found the queue full.
    private final ArrayDeque<Object> held = new ArrayDeque<>();
    private long heldBytes;
    private final ReadPause pause = new ReadPause();
    private ChannelHandlerContext ctx;

    // Set once by the reading loop, completed by the writing loop.
    private volatile Promise<Void> stopped;
    // Set once by the reading loop, read by the writing loop.
    private volatile boolean removed;

    /** @param peer where packets go; registered with its event loop */
    public QueuedRelay(Channel peer, QueueConfig config) {
        this.peer = peer;
        writes = new PeerWrites(peer);
        policy = config.full();
        queue = new HandoffQueue<>(config.capacity(), config.maxBytes(), MessageWeigher::bytes);
        EventLoop loop = peer.eventLoop();
        drain = new Drain(loop, task -> NextTurn.execute(loop, task, abandonIfCancelled), new Writing());
    }

    /** The messages that wait. */
    public int depth() {
        return queue.depth();
    }

    /** The most messages that may wait. */
    public int capacity() {
        return queue.capacity();
    }

    /** The packets lost because the queue was full. */
    public long dropped() {
        return dropped.get();
    }

    /**
     * The packets that the writing pipeline has refused: in messages of a type that its channel does not write, or because
     * a handler failed. What the kernel refused is in the {@code TunChannel}'s own counters.
     */
    public long refused() {
        return writes.refused();
    }

    /** The packets lost because one of the channels was closed before they were written. */
    public long unwritten() {
        return writes.unwritten();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        peer.pipeline().addLast(writability);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Object packet = CopyBreak.apply(message, ctx);
        if (held.isEmpty() && queue.offer(packet)) {
            return;
        }
        if (policy == QueueFull.DROP || !hold(packet)) {
            dropped.lazySet(dropped.get() + MessageWeigher.packets(packet));
            ReferenceCountUtil.release(packet);
        }
    }

    private boolean hold(Object packet) {
        int bytes = MessageWeigher.bytes(packet);
        if (!held.isEmpty() && heldBytes + bytes > maxHeldBytes()) {
            return false;
        }
        held.add(packet);
        heldBytes += bytes;
        waitForRoom();
        return true;
    }

    /** Enough for all that a read batch becomes, unless a peer sends frames that stand for a great many packets. */
    private long maxHeldBytes() {
        long batchBytes = ctx.channel() instanceof TunChannel channel
                ? (long) channel.config().getReadBatch() * (channel.readBufferBytes() + MessageWeigher.OBJECT_BYTES)
                : 0;
        return Math.max(queue.maxBytes(), 2 * batchBytes);
    }

    private void waitForRoom() {
        pause.begin(ctx.channel());
        room.compareAndSet(Room.ENOUGH, Room.WANTED);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!held.isEmpty()) {
            waitForRoom(); // Somebody may have let it read again in between.
        }
        signal();
        ctx.fireChannelReadComplete();
    }

    /** Thread: the reading loop. */
    private void resume() {
        for (Object next = held.peek(); next != null; next = held.peek()) {
            int bytes = MessageWeigher.bytes(next); // What was offered, the writing loop may have released already.
            if (!queue.offer(next)) {
                break;
            }
            held.remove();
            heldBytes -= bytes;
        }
        if (!held.isEmpty()) {
            room.set(Room.WANTED);
        } else {
            room.set(Room.ENOUGH);
            goOn();
        }
        signal();
    }

    private void goOn() {
        if (ctx.channel().isOpen()) {
            pause.end(ctx.channel());
        }
    }

    /** Where the two loops are one, what was just read is written before it leaves the processor's cache. */
    private void signal() {
        if (peer.eventLoop().inEventLoop()) {
            drain.signalHere();
        } else {
            drain.signal();
        }
    }

    /**
     * Reads no more. The future completes when all that was read has been written, or released because the writing
     * channel is closed; it is the same one the second time. Thread: the reading loop.
     */
    Future<Void> stop() {
        if (stopped == null) {
            stopped = peer.eventLoop().newPromise();
            pause.stop(ctx.channel());
            signal();
        }
        return stopped;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        while (!held.isEmpty()) {
            writes.lose(held.remove());
        }
        heldBytes = 0;
        room.set(Room.ENOUGH);
        goOn();
        removed = true;
        drain.signal();
    }

    private void abandonIfCancelled(Future<Object> task) {
        if (task.isCancelled()) {
            drain.abandon();
        }
    }

    /** The writing end. Thread: the writing loop, but for {@link #abandoned}. */
    private final class Writing implements Drain.Work {
        private final HandoffQueue.Sink<Object> sink = this::write;
        private final HandoffQueue.Sink<Object> loss = (message, bytes) -> writes.lose(message);
        private int unflushedBytes;
        private boolean left;

        @Override
        public boolean step() {
            int taken = 0;
            for (int count = MESSAGES_PER_DRAIN;
                    count == MESSAGES_PER_DRAIN && taken < MESSAGES_PER_STEP && takesMore(); ) {
                count = queue.drain(sink, MESSAGES_PER_DRAIN);
                taken += count;
            }
            if (taken > 0) {
                flush();
            }
            tellReader();
            if (isOver()) {
                leave();
            }
            return isReady();
        }

        private void flush() {
            unflushedBytes = 0;
            peer.flush();
        }

        private void write(Object packet, int bytes) {
            if (unflushedBytes >= BYTES_PER_FLUSH) {
                flush();
            }
            unflushedBytes += bytes;
            writes.write(packet);
        }

        /** A closed channel takes everything: it releases it. */
        private boolean takesMore() {
            return peer.isWritable() || !peer.isOpen();
        }

        private void tellReader() {
            if (isHalfEmpty() && room.compareAndSet(Room.WANTED, Room.FOUND)) {
                try {
                    ctx.executor().execute(QueuedRelay.this::resume);
                } catch (RejectedExecutionException shutDown) {
                    room.set(Room.ENOUGH); // Its channel is closed, and what it held released.
                }
            }
            if (isDone()) {
                stopped.trySuccess(null);
            }
        }

        private boolean isHalfEmpty() {
            return queue.depth() <= queue.capacity() / 2 && queue.bytes() <= queue.maxBytes() / 2;
        }

        private boolean isDone() {
            // In this order: what the reading loop held is in the queue when it has enough room.
            return stopped != null && room.get() == Room.ENOUGH && queue.isEmpty();
        }

        private boolean isOver() {
            // In this order: what was offered before the removal is in the queue.
            return removed && queue.isEmpty();
        }

        /** Takes the last trace out of the writing channel's pipeline. */
        private void leave() {
            left = true;
            if (peer.pipeline().context(writability) != null) {
                peer.pipeline().remove(writability);
            }
        }

        @Override
        public boolean isReady() {
            return !queue.isEmpty() && takesMore()
                    || isHalfEmpty() && room.get() == Room.WANTED
                    || isDone() && !stopped.isDone()
                    || isOver() && !left;
        }

        @Override
        public synchronized void abandoned() {
            queue.drain(loss, Integer.MAX_VALUE);
            tellReader();
            if (stopped != null) {
                stopped.trySuccess(null);
            }
        }
    }

    /** At the writing channel: goes on when it takes packets again, or when it is closed and takes them for ever. */
    private final class Writability extends ChannelInboundHandlerAdapter {
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            drain.signal();
            ctx.fireChannelWritabilityChanged();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            drain.signal();
            ctx.fireChannelInactive();
        }
    }
}
