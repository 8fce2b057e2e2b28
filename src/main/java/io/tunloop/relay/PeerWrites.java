// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.channel.PacketDroppedException;
import io.tunloop.internal.LostWrites;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands messages to a relay's writing channel, and counts what is lost there and nobody else has counted.
 *
 * <pre>
 * failed write ─┬─ the kernel dropped it ────────► counted by the TunChannel
 *               ├─ the writing channel is closed ► unwritten
 *               └─ any other reason ─────────────► refused, and the first one logged
 * </pre>
 * Units: packets, of which a message may be many.
 */
final class PeerWrites {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PeerWrites.class);

    private final Channel peer;
    private final LostWrites losses;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unwritten = new AtomicLong();

    PeerWrites(Channel peer) {
        this.peer = Objects.requireNonNull(peer, "peer");
        losses = new LostWrites(peer, this::lost);
    }

    /** Writes a message without a flush. */
    void write(Object message) {
        peer.write(message, losses.of(MessageWeigher.packets(message)));
    }

    private void lost(Throwable cause, int packets) {
        if (cause instanceof PacketDroppedException) {
            return;
        }
        if (!peer.isOpen() || cause instanceof ClosedChannelException) {
            unwritten.addAndGet(packets);
        } else if (refused.getAndAdd(packets) == 0) {
            LOGGER.warn("{} refuses what it is to write; more of it is counted only", peer, cause);
        }
    }

    /** Releases a message that there is no channel for any more. */
    void lose(Object message) {
        unwritten.addAndGet(MessageWeigher.packets(message));
        ReferenceCountUtil.release(message);
    }

    /** Packets that the writing pipeline has refused. */
    long refused() {
        return refused.get();
    }

    /** Packets that were not written because a channel was closed. */
    long unwritten() {
        return unwritten.get();
    }
}
