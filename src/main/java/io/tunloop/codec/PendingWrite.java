// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.channel.ChannelPromise;

/**
 * A write whose sender waits for the outcome, and whose packets may have gone into several groups.
 *
 * <p>Thread: the channel's event loop only.
 */
final class PendingWrite {
    private final ChannelPromise promise;
    private int expected;

    PendingWrite(ChannelPromise promise) {
        this.promise = promise;
    }

    /** Another group has packets of this write. */
    PendingWrite expect() {
        expected++;
        return this;
    }

    /** A group is written, or lost if there is a cause. */
    void complete(Throwable cause) {
        expected--;
        if (cause != null) {
            promise.tryFailure(cause);
        } else if (expected == 0) {
            promise.trySuccess();
        }
    }
}
