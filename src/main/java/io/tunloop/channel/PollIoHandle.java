// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoHandle;

/** What a {@link PollIoHandler} moves packets for. */
interface PollIoHandle extends IoHandle {
    /** The descriptor to wait for. */
    int fd();

    /** True when the last read has found nothing more, so that reading again before waiting is in vain. */
    boolean isEmpty();

    @Override
    void close();
}
