// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunChannelCounters;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.TunDevice;
import io.tunloop.relay.ForwardMode.OffloadUse;
import java.util.concurrent.TimeUnit;

/**
 * One way through a {@link Forwarder}: what is read from one device is written to the other.
 *
 * <pre>
 * tun11 fd ─► reading channel ─► [handlers of the mode] ─► Relay ─► writing channel ─► dup of tun22's fd
 * └───────────────────────────── one event loop ───────────────────────────────┘
 * </pre>
 * The writing side is a second, write-only channel of the other device, so that no packet changes threads.
 */
public final class Direction {
    private static final long DRAIN_INTERVAL_MS = 1;

    private final TunChannel reader;
    private final TunChannel writer;
    // Null in a mode that does not look into frames.
    private final GsoSplitter splitter;
    private final GroCoalescer coalescer;
    // Written by the writing loop when it closes, read by any thread.
    private volatile long droppedShutdown;

    private Direction(TunChannel reader, TunChannel writer, GsoSplitter splitter, GroCoalescer coalescer) {
        this.reader = reader;
        this.writer = writer;
        this.splitter = splitter;
        this.coalescer = coalescer;
    }

    /** Builds the channels; they are paused. Both devices belong to the direction from now on, also if this fails. */
    static Direction open(ForwarderConfig config, EventLoop loop, TunDevice from, TunDevice to) {
        TunChannel reader = config.mode().transport().newChannel(from);
        TunChannel writer = config.mode().transport().newChannel(to);
        for (TunChannel channel : new TunChannel[] {reader, writer}) {
            channel.config().setOption(ChannelOption.ALLOCATOR, config.allocator());
            channel.config().setReadBatch(config.effectiveReadBatch()).setAutoRead(false);
        }
        loop.register(writer).syncUninterruptibly();
        loop.register(reader).syncUninterruptibly();
        GsoSplitter splitter = null;
        GroCoalescer coalescer = null;
        if (config.mode().offload() == OffloadUse.SPLIT) {
            // A frame stays one message: at a million messages a second Netty's own work on each would tell.
            splitter = new GsoSplitter(GsoSplitter.Output.BATCHES);
            coalescer = new GroCoalescer();
            reader.pipeline().addLast("split", splitter);
            writer.pipeline().addLast("coalesce", coalescer);
        }
        reader.pipeline().addLast("relay", new Relay(writer));
        return new Direction(reader, writer, splitter, coalescer);
    }

    /** Begins to forward. */
    void start() {
        reader.config().setAutoRead(true);
    }

    /** Reads no more. The future completes when what has been read is written. */
    Future<Void> stop() {
        reader.config().setAutoRead(false);
        Promise<Void> drained = writer.eventLoop().newPromise();
        // On the reading loop first, behind the batch that it may be reading.
        reader.eventLoop().execute(() -> writer.eventLoop().execute(() -> completeWhenEmpty(drained)));
        return drained;
    }

    private void completeWhenEmpty(Promise<Void> drained) {
        // What made room may have let the reader go on.
        reader.config().setAutoRead(false);
        writer.flush();
        ChannelOutboundBuffer out = writer.unsafe().outboundBuffer();
        if (out == null || out.isEmpty()) {
            drained.setSuccess(null);
        } else {
            // The device is full, and the poller tells the channel, not us, when it takes more.
            writer.eventLoop().schedule(() -> completeWhenEmpty(drained), DRAIN_INTERVAL_MS, TimeUnit.MILLISECONDS);
        }
    }

    void close() {
        reader.close().syncUninterruptibly();
        writer.eventLoop().submit(this::countLeft).syncUninterruptibly();
        writer.close().syncUninterruptibly();
    }

    private void countLeft() {
        ChannelOutboundBuffer out = writer.unsafe().outboundBuffer();
        if (out != null) {
            out.addFlush();
            droppedShutdown = out.size();
        }
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

    /** Wire packets that the frames read stood for; in a mode that does not split, the packets read. */
    public long segmentsRead() {
        return splitter == null ? read().packetsRead() : splitter.packets();
    }

    /** Wire packets in the frames written; in a mode that does not merge, the packets written. */
    public long segmentsWritten() {
        return coalescer == null ? written().packetsWritten() : coalescer.packets();
    }

    /** Frames that did not make sense. */
    public long droppedInvalid() {
        return splitter == null ? 0 : splitter.dropped();
    }

    /** Packets that had been read and were not written in time when the forwarder was closed. */
    public long droppedShutdown() {
        return droppedShutdown;
    }

    /** All packets lost on this way. */
    public long dropped() {
        return read().dropped() + written().dropped() + droppedInvalid() + droppedShutdown;
    }
}
