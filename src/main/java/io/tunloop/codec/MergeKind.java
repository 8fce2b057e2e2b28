// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.tunloop.packet.VirtioNetHeader;

/** The kinds of merging that a kernel may refuse, one by one. */
public enum MergeKind {
    /** TCP over IPv4. */
    TCP4(VirtioNetHeader.GSO_TCPV4),
    /** TCP over IPv6. */
    TCP6(VirtioNetHeader.GSO_TCPV6),
    /** UDP over IPv4 and IPv6; kernels before 6.2 refuse it. */
    UDP(VirtioNetHeader.GSO_UDP_L4);

    private final int gsoType;

    MergeKind(int gsoType) {
        this.gsoType = gsoType;
    }

    int gsoType() {
        return gsoType;
    }
}
