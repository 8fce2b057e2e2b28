// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import io.tunloop.internal.Addresses;

/**
 * A packet that tells who uses it after its release: a view of a read buffer, with a count of its own.
 *
 * <pre>
 * without   handler ─► slot, refCnt 2 ── release ─► slot, refCnt 1 ── next read ─► the next packet, for the old handle too
 * with      handler ─► view, refCnt 1 ── release ─► view, refCnt 0: IllegalReferenceCountException for ever
 * </pre>
 * It costs an object a packet, and is never used twice.
 *
 * Ownership: holds one reference of its buffer until it is released itself.
 * Thread: as any buffer.
 */
final class GuardedPacket extends UnpooledDirectByteBuf {
    private static final ResourceLeakDetector<GuardedPacket> LEAKS =
            ResourceLeakDetectorFactory.instance().newResourceLeakDetector(GuardedPacket.class);

    private final ByteBuf buffer;
    private final ResourceLeakTracker<GuardedPacket> leak;

    /** @param buffer whose reference, one of them, is this view's from now on */
    GuardedPacket(ByteBuf buffer) {
        super(buffer.alloc(), buffer.nioBuffer(0, buffer.capacity()), buffer.maxCapacity());
        this.buffer = buffer;
        leak = LEAKS.track(this);
    }

    @Override
    public boolean hasMemoryAddress() {
        return true;
    }

    @Override
    public long memoryAddress() {
        ensureAccessible();
        return Addresses.of(internalNioBuffer(0, 0));
    }

    @Override
    public ByteBuf touch() {
        return touch(null);
    }

    @Override
    public ByteBuf touch(Object hint) {
        if (leak != null) {
            leak.record(hint);
        }
        return this;
    }

    @Override
    protected void deallocate() {
        if (leak != null) {
            leak.close(this);
        }
        super.deallocate();
        buffer.release();
    }
}
