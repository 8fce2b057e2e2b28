// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;
import io.netty.util.AbstractReferenceCounted;

/**
 * One packet whose bytes lie in several places of memory: a channel writes it with one gathering system call.
 *
 * <pre>
 * span 0                              span 1             span 2
 * +-----------------+---------------+ +----------------+ +----------------+
 * | virtio_net_hdr  | IP + L4 header| | payload        | | payload        |
 * +-----------------+---------------+ +----------------+ +----------------+
 * part(0) = virtio_net_hdr + the first packet that was merged, part(1) = the same of the second, ...
 * </pre>
 * Units: native addresses; lengths in bytes.
 * Ownership: holds a reference of every buffer that a span points into, until it is released itself.
 * Thread: one thread at a time.
 */
public abstract class GatheredPacket extends AbstractReferenceCounted {
    /** The number of spans, 1..1024. */
    public abstract int spans();

    /** Where span {@code index} lies. */
    public abstract long address(int index);

    /** The length of span {@code index}, more than 0. */
    public abstract int length(int index);

    /** The length of all spans together. */
    public abstract int readableBytes();

    /** The number of packets that were merged into this one. */
    public abstract int parts();

    /**
     * Packet {@code index} of those that were merged, as it is to be written alone, with its own virtio_net_hdr.
     *
     * @return a buffer that stays this packet's: valid until the next call or the release, not to be released
     */
    public abstract ByteBuf part(int index);

    /** The kernel has taken the whole. */
    public void written() {}

    /** The kernel has refused the whole; its parts are going to be written one by one in its place. */
    public abstract void refused();

    @Override
    public GatheredPacket touch(Object hint) {
        return this;
    }
}
