// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.tunloop.device.LinkState;

/**
 * A user event of a {@link TunChannel} with {@link TunChannelOption#TUN_LINK_EVENTS}: its interface has changed.
 *
 * <pre>
 * public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
 *     if (event instanceof TunLinkEvent change) {
 *         switch (change.kind()) { case UP -> ...; case DOWN -> ...; case MTU -> ...; case MOVED -> ...; }
 *     }
 * }
 * </pre>
 * <p>An interface that is deleted closes its channel, with an exception and {@code channelInactive} as for any device that
 * is lost.
 *
 * @param kind what has changed
 * @param link what the interface is like now; for MOVED, what it was like before
 */
public record TunLinkEvent(Kind kind, LinkState link) {
    /** What has changed. */
    public enum Kind {
        /** The link is up and has its carrier: packets pass. */
        UP,
        /** The link is down: the kernel sends nothing, and packets that are written are lost. */
        DOWN,
        /** The longest packet that the interface takes is another one now. */
        MTU,
        /** It is in another network namespace now, where it is down at first; its events go on from there. */
        MOVED
    }
}
