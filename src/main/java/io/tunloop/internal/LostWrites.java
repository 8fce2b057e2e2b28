// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;

/**
 * The promise of all writes for whose success nobody waits: it hears of those that fail.
 *
 * <pre>
 * write(packet, lost.of(1)), write(frame, lost.of(45)), ...  ─► {@link Listener#lost} for each that fails, nothing else
 * </pre>
 * A void promise as Netty's own, which makes no garbage but hears of nothing either. A handler that has to know of one
 * write asks for {@link #unvoid}; one that makes one message of several tells with {@link #of} how much that one is.
 *
 * Units: packets.
 * Thread: the listener is called by whoever completes the write, mostly the channel's event loop.
 */
public final class LostWrites extends DefaultChannelPromise {
    /** More than the segments of a usual frame of 64 KiB. */
    private static final int KEPT = 256;

    /** Hears of what is lost. */
    public interface Listener {
        /** @param packets that the message stood for, which is released */
        void lost(Throwable cause, int packets);
    }

    private final Listener listener;
    private final int packets;
    // By the number of packets. Made when asked for: a race makes one twice, which does no harm.
    private final LostWrites[] kept;

    /** @param channel the one that the writes are for */
    public LostWrites(Channel channel, Listener listener) {
        this(channel, listener, 1, new LostWrites[KEPT]);
    }

    private LostWrites(Channel channel, Listener listener, int packets, LostWrites[] kept) {
        super(channel);
        this.listener = listener;
        this.packets = packets;
        this.kept = kept;
    }

    /** The promise, with the same listener, of messages that stand for this many packets. */
    public LostWrites of(int count) {
        if (count == packets) {
            return this;
        }
        if (count >= KEPT) {
            return new LostWrites(channel(), listener, count, kept);
        }
        LostWrites promise = kept[count];
        if (promise == null) {
            promise = new LostWrites(channel(), listener, count, kept);
            kept[count] = promise;
        }
        return promise;
    }

    private void failed(Throwable cause) {
        listener.lost(cause, packets);
    }

    @Override
    public boolean isVoid() {
        return true;
    }

    @Override
    public ChannelPromise unvoid() {
        ChannelPromise one = new DefaultChannelPromise(channel());
        one.addListener(done -> {
            if (!done.isSuccess()) {
                failed(done.cause());
            }
        });
        return one;
    }

    @Override
    public boolean tryFailure(Throwable cause) {
        failed(cause);
        return true;
    }

    @Override
    public ChannelPromise setFailure(Throwable cause) {
        failed(cause);
        return this;
    }

    @Override
    public boolean trySuccess(Void result) {
        return true;
    }

    @Override
    public boolean trySuccess() {
        return true;
    }

    @Override
    public ChannelPromise setSuccess(Void result) {
        return this;
    }

    @Override
    public ChannelPromise setSuccess() {
        return this;
    }

    @Override
    public boolean setUncancellable() {
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }

    @Override
    public boolean isDone() {
        return false;
    }

    @Override
    public ChannelPromise addListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        throw isVoidFuture();
    }

    @Override
    @SafeVarargs
    public final ChannelPromise addListeners(GenericFutureListener<? extends Future<? super Void>>... listeners) {
        throw isVoidFuture();
    }

    @Override
    protected void checkDeadLock() {
        throw isVoidFuture(); // Asked by all that waits.
    }

    private static IllegalStateException isVoidFuture() {
        return new IllegalStateException("void future: unvoid() it first");
    }
}
