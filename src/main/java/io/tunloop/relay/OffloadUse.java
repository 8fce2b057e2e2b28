// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.tunloop.device.Offload;
import java.util.EnumSet;

/** What becomes of the kernel's offload frames: the {@code --offload} axis of a {@link ForwardMode}. */
public enum OffloadUse {
    /** No offload: the devices carry packets of at most the MTU. */
    NONE,
    /** Frames of up to 64 KiB are split into wire packets, which are merged again before they are written. */
    SPLIT,
    /** Frames of up to 64 KiB move whole, with their virtio_net_hdr, unparsed. */
    WHOLE;

    /** What the devices are asked for. */
    public EnumSet<Offload> offloads() {
        return this == NONE ? Offload.none() : Offload.all();
    }
}
