// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunChannelCounters;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.TunDevice;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * One way through a {@link Forwarder}: what is read from one device is written to the other.
 *
 * <pre>
 * tun11 fd ─► reading channel ─► [handlers of the mode] ─► Relay ─► writing channel ─► dup of tun22's fd
 * └───────────────────────────── one event loop ───────────────────────────────┘
 * </pre>
 * The writing side is a second, write-only channel of the other device, so that no packet changes threads. With a
 * {@link QueuedRelay} the writing channel may have an event loop of its own.
 */
public final class Direction {
    private final TunChannel reader;
    private final TunChannel writer;
    private final Recipe recipe;

    private Direction(TunChannel reader, TunChannel writer, Recipe recipe) {
        this.reader = reader;
        this.writer = writer;
        this.recipe = recipe;
    }

    /** Builds the channels; they are paused. Both devices belong to the direction from now on, also if this fails. */
    static Direction open(
            ForwarderConfig config, EventLoop readLoop, EventLoop writeLoop, TunDevice from, TunDevice to) {
        TunChannel reader = config.mode().transport().newChannel(from);
        TunChannel writer = config.mode().transport().newChannel(to);
        for (TunChannel channel : new TunChannel[] {reader, writer}) {
            channel.config().setOption(ChannelOption.ALLOCATOR, config.allocator());
            channel.config().setReadBatch(config.effectiveReadBatch()).setAutoRead(false);
        }
        writeLoop.register(writer).syncUninterruptibly();
        readLoop.register(reader).syncUninterruptibly();
        return new Direction(reader, writer, new Recipe(config, reader, writer));
    }

    /** Begins to forward. */
    void start() {
        reader.config().setAutoRead(true);
    }

    /** Reads no more. The future completes when what has been read is written. */
    Future<Void> stop() {
        reader.config().setAutoRead(false);
        Promise<Void> drained = writer.eventLoop().newPromise();
        try {
            // On the reading loop, behind the batch that it may be reading.
            reader.eventLoop().execute(() -> recipe.stop().addListener(handedOver -> completeWhenWritten(drained)));
        } catch (RejectedExecutionException shutDown) {
            drained.setSuccess(null); // With its loop the channel has closed.
        }
        return drained;
    }

    /** An empty buffer is written to no device: its promise is kept when all before it is written, or lost with the channel. */
    private void completeWhenWritten(Promise<Void> drained) {
        writer.flush();
        ChannelPromise last = writer.newPromise();
        last.addListener(written -> drained.setSuccess(null));
        recipe.writeBarrier(last);
    }

    /** Closes both channels, the reading one first. The future completes when nothing of the direction is left. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> read = Completion.of(reader.close());
        CompletableFuture<Void> written = Completion.after(read, writer::close);
        // What waits between them is handed to a closed channel, and so counted.
        CompletableFuture<Void> emptied = Completion.after(written, this::stop);
        CompletableFuture<Void> freed = Completion.after(emptied, recipe::close);
        return CompletableFuture.allOf(read, written, emptied, freed);
    }

    /** The reading and the writing channel. */
    Channel[] channels() {
        return new Channel[] {reader, writer};
    }

    /**
     * Adds a handler of your own in front of all others of this direction; before {@link Forwarder#start}. It gets what the
     * device reads: packets, or in a mode with offload frames behind a virtio_net_hdr.
     */
    public Direction addFirst(String name, ChannelHandler handler) {
        reader.pipeline().addFirst(name, handler);
        return this;
    }

    /** The device that this direction reads. */
    public TunDevice from() {
        return reader.device();
    }

    /** The device that this direction writes to. */
    public TunDevice to() {
        return writer.device();
    }

    /** What has been read from the one device. */
    public TunChannelCounters read() {
        return reader.counters();
    }

    /** What has been written to the other device. */
    public TunChannelCounters written() {
        return writer.counters();
    }

    /**
     * Wire packets that the frames read stood for, one for a frame that is dropped before it is split; in a mode that does
     * not split, the packets read. When nothing is under way, each of them is {@linkplain #segmentsWritten written} or
     * {@linkplain #dropped dropped}.
     */
    public long segmentsRead() {
        GsoSplitter splitter = recipe.splitter();
        return splitter == null
                ? read().packetsRead()
                : splitter.packets() + splitter.dropped() + read().droppedOversize();
    }

    /** Wire packets in the frames written; in a mode that does not merge, the packets written. */
    public long segmentsWritten() {
        return written().segmentsWritten();
    }

    /** Frames and packets read that did not make sense. */
    public long droppedInvalid() {
        return (recipe.splitter() == null ? 0 : recipe.splitter().dropped())
                + (recipe.decoder() == null ? 0 : recipe.decoder().dropped());
    }

    /** The messages that wait between the reading and the writing loop; 0 where there is no queue. */
    public int queueDepth() {
        return recipe.queue() == null ? 0 : recipe.queue().depth();
    }

    /** The most messages that may wait; 0 where there is no queue. */
    public int queueCapacity() {
        return recipe.queue() == null ? 0 : recipe.queue().capacity();
    }

    /** The packets lost because the queue was full. */
    public long droppedQueueFull() {
        return recipe.queue() == null ? 0 : recipe.queue().dropped();
    }

    /** Packets that the writing channel's handlers have refused: none, unless handlers are your own. */
    public long droppedRefused() {
        return recipe.refused();
    }

    /** Packets that had been read and were not written when one of the channels was closed. */
    public long droppedShutdown() {
        return recipe.unwritten();
    }

    /** All packets lost on this way: wire packets, or frames in a mode that does not split them. */
    public long dropped() {
        long packets = 0;
        for (DropReason reason : DropReason.values()) {
            packets += dropped(reason);
        }
        return packets;
    }

    /** The packets lost on this way for one reason. */
    public long dropped(DropReason reason) {
        return reason.atReader(this) + reason.atWriter(this);
    }
}
