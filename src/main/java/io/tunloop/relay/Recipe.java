// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.tunloop.channel.TunChannel;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.codec.PacketCodec;

/**
 * Puts the handlers of a {@link ForwardMode} into the pipelines of one direction: a method for each axis, in the order in
 * which a packet meets them.
 *
 * <pre>
 * reading channel   [split] ─► [decode] ─► relay or queue
 * writing channel   coalesce ◄─ encode ◄─ (written here)
 * </pre>
 */
final class Recipe {
    private final ForwarderConfig config;
    private final TunChannel reader;
    private final TunChannel writer;

    // Null where the mode has none.
    private ReadBufferPool pool;
    private GsoSplitter splitter;
    private GroCoalescer coalescer;
    private PacketCodec<?> decoder;
    private QueuedRelay queue;
    private Relay relay;

    /** @param reader registered and paused, as {@code writer} */
    Recipe(ForwarderConfig config, TunChannel reader, TunChannel writer) {
        this.config = config;
        this.reader = reader;
        this.writer = writer;
        buffers();
        offload();
        framing();
        handoff();
    }

    private void buffers() {
        if (config.mode().handoff() == Handoff.POOLED) {
            int bufferBytes = reader.readBufferBytes();
            int buffers = config.effectiveReadBatch() + config.queue().buffers(bufferBytes);
            pool = new ReadBufferPool(config.allocator(), bufferBytes, buffers);
            reader.config().setAllocator(pool);
        }
    }

    private void offload() {
        if (config.mode().offload().merges()) {
            // A frame stays one message: at a million messages a second Netty's own work on each would tell.
            splitter = new GsoSplitter(GsoSplitter.Output.BATCHES);
            coalescer = new GroCoalescer();
            reader.pipeline().addLast("split", splitter);
            writer.pipeline().addLast("coalesce", coalescer);
        }
    }

    private void framing() {
        if (config.mode().framed()) {
            decoder = PacketCodec.ipBatches();
            reader.pipeline().addLast("decode", decoder);
            writer.pipeline().addLast("encode", PacketCodec.ipBatches());
        }
    }

    private void handoff() {
        if (config.mode().isQueued()) {
            queue = new QueuedRelay(writer, config.queue());
            reader.pipeline().addLast("queue", queue);
        } else {
            relay = new Relay(writer);
            reader.pipeline().addLast("relay", relay);
        }
    }

    GsoSplitter splitter() {
        return splitter;
    }

    GroCoalescer coalescer() {
        return coalescer;
    }

    PacketCodec<?> decoder() {
        return decoder;
    }

    QueuedRelay queue() {
        return queue;
    }

    /**
     * Keeps this promise when all that was written before is written, or lost with the channel. Past handlers that would take
     * an empty buffer for a packet, but behind what waits in the coalescer. Thread: the writing loop.
     */
    void writeBarrier(ChannelPromise last) {
        ChannelHandlerContext context =
                coalescer == null ? null : writer.pipeline().context(coalescer);
        if (context == null) {
            writer.unsafe().write(Unpooled.EMPTY_BUFFER, last);
            writer.unsafe().flush();
        } else {
            coalescer.write(context, Unpooled.EMPTY_BUFFER, last);
            coalescer.flush(context);
        }
    }

    /** The packets that the writing pipeline has refused. */
    long refused() {
        return queue == null ? relay.refused() : queue.refused();
    }

    /** The packets lost because a channel was closed. */
    long unwritten() {
        long relayed = queue == null ? relay.unwritten() : queue.unwritten();
        return relayed + (coalescer == null ? 0 : coalescer.dropped());
    }

    /** Reads no more. The future completes when what has been read is handed to the writing channel. Thread: the reading loop. */
    Future<Void> stop() {
        if (queue != null) {
            return queue.stop();
        }
        relay.stop();
        return writer.eventLoop().newSucceededFuture(null);
    }

    /** Once both channels are closed. */
    Future<?> close() {
        return pool == null
                ? reader.eventLoop().newSucceededFuture(null)
                : reader.eventLoop().submit(pool::close);
    }
}
