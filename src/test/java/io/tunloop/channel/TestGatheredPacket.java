// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.tunloop.packet.GatheredPacket;

/** A packet whose spans are its parts. */
final class TestGatheredPacket extends GatheredPacket {
    private final ByteBuf[] parts;
    private boolean invalid;
    private boolean refused;

    TestGatheredPacket(ByteBuf... parts) {
        this.parts = parts;
    }

    /** Makes the kernel refuse the whole with EINVAL: the last of its spans has no valid length. */
    TestGatheredPacket refuse() {
        invalid = true;
        return this;
    }

    boolean isRefused() {
        return refused;
    }

    @Override
    public int spans() {
        return parts.length;
    }

    @Override
    public long address(int index) {
        return parts[index].memoryAddress() + parts[index].readerIndex();
    }

    @Override
    public int length(int index) {
        return invalid && index == parts.length - 1 ? -1 : parts[index].readableBytes();
    }

    @Override
    public int readableBytes() {
        int bytes = 0;
        for (ByteBuf part : parts) {
            bytes += part.readableBytes();
        }
        return bytes;
    }

    @Override
    public int parts() {
        return parts.length;
    }

    @Override
    public ByteBuf part(int index) {
        return parts[index];
    }

    @Override
    public void refused() {
        refused = true;
    }

    @Override
    protected void deallocate() {
        for (ByteBuf part : parts) {
            part.release();
        }
    }
}
