// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.MessageSizeEstimator;
import io.tunloop.packet.GatheredPacket;

/** Counts what a channel has been given to write, so that its writability tells the truth for packets in parts too. */
final class TunMessageSizeEstimator implements MessageSizeEstimator, MessageSizeEstimator.Handle {
    // Messages of the user's own, on their way to an encoder from another thread.
    private static final Handle OTHERS = DefaultMessageSizeEstimator.DEFAULT.newHandle();

    static final TunMessageSizeEstimator INSTANCE = new TunMessageSizeEstimator();

    private TunMessageSizeEstimator() {}

    @Override
    public Handle newHandle() {
        return this;
    }

    @Override
    public int size(Object message) {
        if (message instanceof ByteBuf packet) {
            return packet.readableBytes();
        }
        return message instanceof GatheredPacket packet ? packet.readableBytes() : OTHERS.size(message);
    }
}
