// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.internal.LostWrites;
import io.tunloop.internal.NextTurn;
import io.tunloop.packet.PacketBatch;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Merges wire packets into as few frames of an offloaded device as the kernel's own GRO would, or a few more.
 *
 * <pre>
 * BEFORE (n buffers, or a PacketBatch)          AFTER flush (1 GatheredPacket)
 * +----------+------------+                     +--------------+----------+-----------------+
 * | IP + TCP | gso_size B |  ...             -->| virtio 10 B  | IP + TCP | payload 64 KiB  |
 * +----------+------------+                     +--------------+----------+-----------------+
 * </pre>
 *
 * <p>Two packets merge only if splitting restores both byte for byte, unless {@link Ids} say otherwise. Packets of one flow
 * are never reordered: one that cannot merge ends its flow's group. Groups leave on flush, in the order of their first
 * packets. A packet that stays alone leaves unchanged behind an all-zero virtio header. Payload is not copied, and checksums
 * are verified only of packets that would merge and that no {@link GsoSplitter} of this process has just made. A UDP
 * datagram without checksum never merges, as in the kernel: the frame could not be told to be split so again.
 *
 * <p>What packets say does not decide how much is held. At 1024 groups, or 4 MiB, it flushes by itself and goes on. One
 * frame may stand for 40,000 packets that do not merge: such a one waits where the channel does not take what is written,
 * or when it has taken some thousands in one turn of the event loop; meanwhile the channel {@linkplain
 * io.netty.channel.Channel#isWritable is not writable}, and what is written stands in line behind it.
 *
 * <p>When the kernel refuses a merged packet, the channel writes its parts. Where it has refused three of a kind and taken
 * none, that kind is merged no more for a minute. A kind of which it has taken one it knows: no packet that somebody sends
 * can end it for others.
 *
 * <p>Units: lengths in bytes.
 * Ownership: takes {@link ByteBuf} (one wire packet, without virtio header) and {@link PacketBatch}; holds each until the
 * frame it went into is written. Other messages pass, behind everything written before them.
 * Thread: the channel's event loop only; the counters may be read by any. Handlers may write, flush, close and remove from
 * within any event that writing causes: what they write comes behind what has been written.
 * Errors: a packet that is none of IPv4 or IPv6 is passed on; the kernel refuses it. What there is no memory for fails.
 * Source: linux net/core/gro.c.
 */
public final class GroCoalescer extends ChannelOutboundHandlerAdapter {
    /** Which identifications IPv4 packets have that merge. */
    public enum Ids {
        /** Each packet one more than the one before: those that splitting restores. */
        INCREASING,
        /**
         * Also the same in all packets, where DF is set: macOS, iOS and FreeBSD send so. The kernel merges them too, but
         * cannot be told by a virtio header: splitting makes increasing ones of them, which RFC 6864 allows.
         */
        INCREASING_OR_FIXED
    }

    /** How often in one turn of the event loop a batch may fill all groups: some milliseconds of writing. */
    private static final int FULL_WRITES_PER_TURN = 4;

    /** Among the reasons for a channel not to be writable: Netty's traffic shapers have 1 to 3. */
    private static final int WRITABILITY_INDEX = 31;

    private final VnetHeaderCheck vnetHeader = new VnetHeaderCheck(this);
    private final Groups groups;
    private final ArrayDeque<WaitingWrite> waiting = new ArrayDeque<>();
    private final AtomicLong dropped = new AtomicLong();
    private ChannelHandlerContext ctx;
    private int fullWrites;
    private boolean channelFull;
    private boolean taking;
    private boolean flushWanted;
    private boolean unwritable;

    /** Merges what splitting restores byte for byte. */
    public GroCoalescer() {
        this(Ids.INCREASING);
    }

    /** Merges IPv4 packets with these identifications. */
    public GroCoalescer(Ids ids) {
        groups = new Groups(Objects.requireNonNull(ids, "ids") == Ids.INCREASING_OR_FIXED);
    }

    /** The wire packets taken so far. */
    public long packets() {
        return groups.packets();
    }

    /** The frames that they have become. */
    public long frames() {
        return groups.frames();
    }

    /** The merged frames that the kernel has refused, and whose parts were written. */
    public long refusals() {
        return groups.refusals();
    }

    /**
     * The wire packets lost because there was no memory for them, or because the channel was closed while they waited; without
     * those of a relay, which counts its own.
     */
    public long dropped() {
        return dropped.getOpaque();
    }

    /** True if packets stand in line until the channel has taken others; a flush does not write them. Event loop only. */
    public boolean isBacklogged() {
        return !waiting.isEmpty();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx; // Before it may be refused: handlerRemoved comes all the same.
        vnetHeader.check(ctx);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (isPlain(message, promise)) {
            return;
        }
        PendingWrite pending = promise.isVoid() || !isPackets(message) ? null : new PendingWrite(promise);
        if (!waiting.isEmpty()) {
            waiting.add(new WaitingWrite(message, 0, promise, pending));
        } else if (groups.isFull()) {
            waiting.add(new WaitingWrite(message, 0, promise, pending));
            takeWaiting();
        } else if (message instanceof PacketBatch batch) {
            writeBatch(batch, promise, pending);
        } else if (isPacket(message)) {
            writePacket((ByteBuf) message, promise, pending);
        } else {
            emit();
            ctx.write(message, promise);
        }
    }

    /** A device without virtio_net_hdr takes nothing that this handler makes. */
    private boolean isPlain(Object message, ChannelPromise promise) {
        try {
            vnetHeader.check(ctx);
            return false;
        } catch (IllegalStateException plain) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(plain);
            return true;
        }
    }

    private static boolean isPackets(Object message) {
        return isPacket(message) || message instanceof PacketBatch;
    }

    /** An empty buffer is none: it passes behind what was written before it, as a flush barrier does. */
    static boolean isPacket(Object message) {
        return message instanceof ByteBuf packet && packet.isReadable();
    }

    private void writeBatch(PacketBatch batch, ChannelPromise promise, PendingWrite pending) {
        int next;
        try {
            next = groups.add(ctx.alloc(), batch, 0, promise, pending);
        } catch (Throwable cause) {
            lose(batch, groups.takenOfBatch(), promise, cause);
            return;
        }
        if (next == batch.size()) {
            batch.release();
        } else {
            waiting.add(new WaitingWrite(batch, next, promise, pending));
            takeWaiting();
        }
    }

    private void writePacket(ByteBuf packet, ChannelPromise promise, PendingWrite pending) {
        try {
            groups.add(ctx.alloc(), packet, promise, pending);
        } catch (Throwable cause) {
            fail(promise, 1, cause);
        }
    }

    private void lose(PacketBatch batch, int next, ChannelPromise promise, Throwable cause) {
        int left = batch.size() - next;
        batch.release();
        fail(promise, left, cause);
    }

    /** Whoever counts what he loses is told how many; what nobody else counts is counted here. */
    private void fail(ChannelPromise promise, int packets, Throwable cause) {
        if (promise instanceof LostWrites losses) {
            losses.of(packets).tryFailure(cause);
        } else {
            countDropped(packets);
            promise.tryFailure(cause);
        }
    }

    /**
     * Takes what waits, and writes whenever there is no more room, until the channel does not take it, or this turn is over.
     * Whatever it calls may come back to this handler: after each call, what waits is looked at anew.
     */
    private void takeWaiting() {
        if (taking) {
            return;
        }
        taking = true;
        try {
            takeUntilFull();
        } finally {
            taking = false;
        }
        setWritable(waiting.isEmpty());
        if (flushWanted && waiting.isEmpty()) {
            flush(ctx);
        }
    }

    private void takeUntilFull() {
        boolean more = true;
        while (more && !waiting.isEmpty()) {
            if (!ctx.channel().isOpen()) {
                loseWaiting();
            } else if (groups.isFull()) {
                more = !isTurnOver() && writeFull();
            } else {
                takeFirst();
            }
        }
    }

    private void takeFirst() {
        WaitingWrite first = waiting.peek();
        if (first.message instanceof PacketBatch batch) {
            takeBatch(first, batch);
            return;
        }
        waiting.remove();
        if (isPacket(first.message)) {
            writePacket((ByteBuf) first.message, first.promise, first.pending);
            first.taken();
        } else {
            emit();
            ctx.write(first.message, first.promise);
        }
    }

    private void takeBatch(WaitingWrite first, PacketBatch batch) {
        try {
            first.next = groups.add(ctx.alloc(), batch, first.next, first.promise, first.pending);
        } catch (Throwable cause) {
            waiting.remove();
            lose(batch, groups.takenOfBatch(), first.promise, cause);
            return;
        }
        if (first.next == batch.size()) {
            waiting.remove();
            batch.release();
            first.taken();
        }
    }

    /** Writes all groups. Returns true if more may follow at once. */
    private boolean writeFull() {
        // Kept until it is known whether the channel has written it, so that its end is not missed.
        MergedPacket last = groups.last();
        last.retain();
        emit();
        ctx.flush();
        channelFull = !isWritten();
        if (channelFull) {
            last.whenReleased(() -> unlessShutDown(() -> ctx.executor().execute(this::channelTakesMore)));
        }
        last.release();
        if (fullWrites++ == 0) {
            unlessShutDown(() -> NextTurn.execute(ctx.executor(), this::newTurn));
        }
        return !channelFull;
    }

    /** Packets that are in memory already are written without asking: only a batch can be more than it seems. */
    private boolean isTurnOver() {
        return fullWrites >= FULL_WRITES_PER_TURN && waiting.peek().message instanceof PacketBatch;
    }

    private boolean isWritten() {
        ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
        return out == null || out.size() == 0;
    }

    private void channelTakesMore() {
        channelFull = false;
        takeWaiting();
    }

    private void newTurn() {
        fullWrites = 0;
        if (!channelFull) {
            takeWaiting();
        }
    }

    private static void unlessShutDown(Runnable submission) {
        try {
            submission.run();
        } catch (RejectedExecutionException shutDown) {
            // The channel is closed, and what waits is lost then.
        }
    }

    private void setWritable(boolean writable) {
        ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
        if (unwritable == writable && out != null) {
            unwritable = !writable;
            out.setUserDefinedWritability(WRITABILITY_INDEX, writable);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        flushWanted = !waiting.isEmpty();
        emit();
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        flush(ctx);
        loseWaiting();
        ctx.close(promise);
    }

    @Override
    public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
        flush(ctx);
        loseWaiting();
        ctx.disconnect(promise);
    }

    /** Writes all there is: what is written from now on does not pass here, and must not overtake it. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        while (!waiting.isEmpty() && ctx.channel().isOpen()) {
            if (groups.isFull()) {
                flush(ctx);
            } else {
                takeFirst();
            }
        }
        loseWaiting();
        if (!groups.isEmpty()) {
            flush(ctx);
        }
        setWritable(true);
    }

    /** As a channel that is closed does with what it has not written. */
    private void loseWaiting() {
        ClosedChannelException closed = waiting.isEmpty() ? null : new ClosedChannelException();
        for (WaitingWrite first = waiting.poll(); first != null; first = waiting.poll()) {
            int packets = first.packets();
            first.release();
            fail(first.promise, packets, closed);
        }
    }

    /**
     * Writes all groups. The next handlers may write, flush, close or remove this one from within: each group is taken out
     * before it is written, and whoever comes first writes the next one.
     */
    private void emit() {
        groups.seal();
        for (MergedPacket group = groups.poll(); group != null; group = groups.poll()) {
            ctx.write(group, group.hasPendingWrites() ? group.promise(ctx.newPromise()) : group.voidPromise());
        }
    }

    private void countDropped(int packets) {
        dropped.setOpaque(dropped.getPlain() + packets);
    }
}
