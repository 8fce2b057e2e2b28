// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

/**
 * A channel that tells what its messages begin with, and what lies around them: for handlers that know no channel.
 *
 * Thread: any.
 */
public interface VnetHeaderChannel {
    /** The answer while the device is not open. */
    int UNKNOWN = -1;

    /** The bytes of virtio_net_hdr in front of each packet, 0 for none, or {@link #UNKNOWN}. */
    int vnetHeaderBytes();

    /** The bytes of each packet's buffer in front of it that a handler may write to. */
    int readHeadroomBytes();

    /** The bytes behind it. */
    int readTailroomBytes();
}
