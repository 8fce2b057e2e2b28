// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.tunloop.device.PacketVector;
import io.tunloop.packet.GatheredPacket;

/** A packet whose spans are its parts. */
final class TestGatheredPacket extends GatheredPacket {
    private static final int TOO_MANY_SPANS = PacketVector.MAX_SPANS + 1;

    private final ByteBuf[] parts;
    private int spans;
    private boolean refused;
    private boolean written;

    TestGatheredPacket(ByteBuf... parts) {
        this.parts = parts;
        spans = parts.length;
    }

    /** Makes the kernel refuse the whole with EINVAL: it has more spans than the kernel takes. */
    TestGatheredPacket refuse() {
        return spans(TOO_MANY_SPANS);
    }

    /** Says that it has so many spans; those that it has not are the last one again. */
    TestGatheredPacket spans(int count) {
        spans = count;
        return this;
    }

    boolean isRefused() {
        return refused;
    }

    boolean isWritten() {
        return written;
    }

    @Override
    public int spans() {
        return spans;
    }

    @Override
    public long address(int index) {
        ByteBuf part = partOfSpan(index);
        return part.memoryAddress() + part.readerIndex();
    }

    @Override
    public int length(int index) {
        return partOfSpan(index).readableBytes();
    }

    private ByteBuf partOfSpan(int index) {
        return parts[Math.min(index, parts.length - 1)];
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
    public void written() {
        written = true;
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
