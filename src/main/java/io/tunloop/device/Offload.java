// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.Collection;
import java.util.EnumSet;

/**
 * Work on packets that the kernel leaves to the reader of a device. With any of these each packet has a virtio_net_hdr in
 * front, which says what is left to do.
 *
 * Source: linux/if_tun.h, TUN_F_*.
 */
public enum Offload {
    /** The checksum may be left partial. All others need it. */
    CHECKSUM(0x01),
    /** Packets of TCP over IPv4 may be up to 64 KiB long, to be segmented. */
    TSO4(0x02),
    /** The same over IPv6. */
    TSO6(0x04),
    /** Such packets may carry the congestion bits ECE and CWR. Needs TSO4 or TSO6. */
    TSO_ECN(0x08),
    /** Packets of UDP over IPv4 may be several datagrams in one. Only together with USO6, and on kernels from 6.2. */
    USO4(0x20),
    /** The same over IPv6. Only together with USO4. */
    USO6(0x40);

    private final int bit;

    Offload(int bit) {
        this.bit = bit;
    }

    /** Everything a kernel may offer. A device that is opened with it says what it was granted. */
    public static EnumSet<Offload> all() {
        return EnumSet.allOf(Offload.class);
    }

    /** Nothing: packets come as they are on the wire. */
    public static EnumSet<Offload> none() {
        return EnumSet.noneOf(Offload.class);
    }

    /** The mask of TUN_F_* bits that the kernel knows. */
    static int mask(Collection<Offload> offloads) {
        int mask = 0;
        for (Offload offload : offloads) {
            mask |= offload.bit;
        }
        return mask;
    }

    /** Throws IllegalArgumentException for a combination that no kernel takes. */
    static void requireValid(Collection<Offload> offloads) {
        if (!offloads.isEmpty() && !offloads.contains(CHECKSUM)) {
            throw new IllegalArgumentException("offloads need CHECKSUM: " + offloads);
        }
        if (offloads.contains(TSO_ECN) && !offloads.contains(TSO4) && !offloads.contains(TSO6)) {
            throw new IllegalArgumentException("offload TSO_ECN needs TSO4 or TSO6: " + offloads);
        }
        if (offloads.contains(USO4) != offloads.contains(USO6)) {
            throw new IllegalArgumentException("offloads USO4 and USO6 only work together: " + offloads);
        }
    }
}
