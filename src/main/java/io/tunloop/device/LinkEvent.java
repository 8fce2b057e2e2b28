// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * Something that happened to an interface, as the kernel tells a {@link LinkMonitor}.
 *
 * @param link what the link is like now, for CHANGED and RETURNED; what it was like last, for DELETED and MOVED; else null
 * @param address for ADDRESS_ADDED and ADDRESS_REMOVED; else null
 */
public record LinkEvent(Kind kind, LinkState link, InterfaceAddress address) {
    /** What has happened. */
    public enum Kind {
        /** Up or down, carrier, MTU, name, or something that a {@link LinkState} does not show. */
        CHANGED,
        /** It is gone for good. */
        DELETED,
        /** It is in another network namespace now, down and without addresses. This monitor sees nothing of it there. */
        MOVED,
        /** It is back in the network namespace of this monitor, as it was elsewhere, but without addresses. */
        RETURNED,
        /** The interface has one more address. */
        ADDRESS_ADDED,
        /** The interface has one address less. */
        ADDRESS_REMOVED
    }

    static LinkEvent of(Kind kind, LinkState link) {
        return new LinkEvent(kind, link, null);
    }

    static LinkEvent of(Kind kind, InterfaceAddress address) {
        return new LinkEvent(kind, null, address);
    }
}
