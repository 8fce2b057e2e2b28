// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import java.net.SocketAddress;
import java.util.Objects;

/** The name of a TUN interface, as the local address of its channel. */
public final class TunAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    private final String name;

    /** @param name the interface, at most 15 characters; empty lets the kernel choose (tun0, tun1, ...) */
    public TunAddress(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** The name of the interface. */
    public String name() {
        return name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TunAddress address && name.equals(address.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
