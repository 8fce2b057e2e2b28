// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.tunloop.packet.VirtioNetHeader;

/** What comes before the IP header of the packets at some place of a pipeline. */
public enum IpOffset {
    /** Nothing: packets of a plain device, or of an offloaded one behind a {@code GsoSplitter}. */
    PLAIN(0),
    /** A virtio_net_hdr: frames of an offloaded device. */
    VIRTIO(VirtioNetHeader.BYTES),
    /** An Ethernet header: frames of a plain TAP device. */
    ETHERNET(14);

    private final int bytes;

    IpOffset(int bytes) {
        this.bytes = bytes;
    }

    /** The offset of the IP header from the first byte of the message. */
    public int bytes() {
        return bytes;
    }
}
