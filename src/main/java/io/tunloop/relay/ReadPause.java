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

    void begin(Channel channel) {
        if (channel.config().isAutoRead()) {
            ours = true;
            channel.config().setAutoRead(false);
        }
    }

    void end(Channel channel) {
        if (ours) {
            ours = false;
            channel.config().setAutoRead(true);
        }
    }
}
