// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.packet.PacketBatch;

/**
 * A message for which there is no room yet, or which stands behind one.
 *
 * <p>Ownership: holds the message until it is {@linkplain #taken taken}, or {@linkplain #release lost}.
 * Thread: the channel's event loop only.
 */
final class WaitingWrite {
    final Object message;
    final ChannelPromise promise;
    final PendingWrite pending;

    /** Of a batch, the first packet that has not been taken. */
    int next;

    /** @param pending who waits for the outcome of a packet or batch; null if nobody does */
    WaitingWrite(Object message, int next, ChannelPromise promise, PendingWrite pending) {
        this.message = message;
        this.next = next;
        this.promise = promise;
        this.pending = pending;
        if (pending != null) {
            pending.expect();
        }
    }

    /** The packets that have not been taken. */
    int packets() {
        if (message instanceof PacketBatch batch) {
            return batch.size() - next;
        }
        return GroCoalescer.isPacket(message) ? 1 : 0;
    }

    /** All of it is where it belongs. */
    void taken() {
        if (pending != null) {
            pending.complete(null);
        }
    }

    /** It is lost, or what is left of it. */
    void release() {
        ReferenceCountUtil.safeRelease(message);
    }
}
