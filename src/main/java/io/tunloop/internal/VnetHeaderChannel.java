// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

/**
 * A channel that tells how its messages begin: what handlers ask that need a virtio_net_hdr and know no channel.
 *
 * Thread: any.
 */
public interface VnetHeaderChannel {
    /** The answer while the device is not open. */
    int UNKNOWN = -1;

    /** The bytes of virtio_net_hdr in front of each packet, 0 for none, or {@link #UNKNOWN}. */
    int vnetHeaderBytes();
}
