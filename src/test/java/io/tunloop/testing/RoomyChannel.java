// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.internal.VnetHeaderChannel;
import io.tunloop.packet.VirtioNetHeader;

/** The channel of an offloaded device whose reads leave room around packets, without the device. */
public final class RoomyChannel extends EmbeddedChannel implements VnetHeaderChannel {
    private final int headroomBytes;
    private final int tailroomBytes;

    public RoomyChannel(int headroomBytes, int tailroomBytes) {
        this.headroomBytes = headroomBytes;
        this.tailroomBytes = tailroomBytes;
    }

    /** This channel, with handlers: they ask it as soon as they are added. */
    public RoomyChannel with(ChannelHandler... handlers) {
        pipeline().addLast(handlers);
        return this;
    }

    @Override
    public int vnetHeaderBytes() {
        return VirtioNetHeader.BYTES;
    }

    @Override
    public int readHeadroomBytes() {
        return headroomBytes;
    }

    @Override
    public int readTailroomBytes() {
        return tailroomBytes;
    }
}
