// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;

/** What a channel waits for, and what has come: bits of poll(2). */
record PollIoOps(int bits) implements IoOps, IoEvent {
    static final PollIoOps NONE = new PollIoOps(0);
    static final PollIoOps READ = new PollIoOps(Poller.POLLIN);
    static final PollIoOps WRITE = new PollIoOps(Poller.POLLOUT);
    static final PollIoOps READ_WRITE = new PollIoOps(Poller.POLLIN | Poller.POLLOUT);
    static final PollIoOps ERROR = new PollIoOps(Poller.POLLERROR);

    /** The event for what poll(2) reports, without garbage. An error is reported alone: reading tells which. */
    static PollIoOps of(int revents) {
        if ((revents & Poller.POLLERROR) != 0) {
            return ERROR;
        }
        return switch (revents & READ_WRITE.bits) {
            case 0 -> NONE;
            case Poller.POLLIN -> READ;
            case Poller.POLLOUT -> WRITE;
            default -> READ_WRITE;
        };
    }

    boolean isRead() {
        return (bits & Poller.POLLIN) != 0;
    }

    boolean isWrite() {
        return (bits & Poller.POLLOUT) != 0;
    }

    boolean isError() {
        return (bits & Poller.POLLERROR) != 0;
    }
}
