// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.tunloop.device.Offload;
import java.util.EnumSet;

/** What becomes of the kernel's offload frames: the {@code --offload} axis of a {@link ForwardMode}. */
public enum OffloadUse {
    /** No offload: the devices carry packets of at most the MTU. */
    NONE,
    /** Packets of at most the MTU are read, and merged to frames of up to 64 KiB before they are written. */
    MERGE,
    /** Frames of up to 64 KiB are split into wire packets, which are merged again before they are written. */
    SPLIT,
    /** Frames of up to 64 KiB move whole, with their virtio_net_hdr, unparsed. */
    WHOLE;

    /** What the devices are asked for. */
    public EnumSet<Offload> offloads() {
        return readsFrames() ? Offload.all() : Offload.none();
    }

    /** True if each packet has a virtio_net_hdr in front. */
    boolean hasVnetHeader() {
        return this != NONE;
    }

    /** True if what is read are frames of up to 64 KiB. */
    boolean readsFrames() {
        return this == SPLIT || this == WHOLE;
    }

    /** True if the headers of packets are read, to merge them. */
    boolean merges() {
        return this == SPLIT || this == MERGE;
    }
}
