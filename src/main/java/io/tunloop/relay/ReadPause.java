// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;

/**
 * Stops a channel from reading for a while. Where reading was off already somebody else wants it so, and it stays off.
 *
 * Thread: the channel's event loop only.
 */
final class ReadPause {
    private boolean ours;
    private boolean stopped;

    void begin(Channel channel) {
        if (!stopped && channel.config().isAutoRead()) {
            ours = true;
            channel.config().setAutoRead(false);
        }
    }

    /** Ends the reading for good. */
    void stop(Channel channel) {
        stopped = true;
        ours = false;
        channel.config().setAutoRead(false);
    }

    void end(Channel channel) {
        if (ours) {
            ours = false;
            channel.config().setAutoRead(true);
        }
    }
}
