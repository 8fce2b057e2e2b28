// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;

/** A {@link TunChannel} that waits with the events of poll(2), {@link PollIoOps}, whoever does the waiting. */
abstract class PolledTunChannel extends TunChannel {
    PolledTunChannel() {}

    PolledTunChannel(TunDevice device) {
        super(device);
    }

    @Override
    final IoOps ops(boolean read, boolean write) {
        if (read) {
            return write ? PollIoOps.READ_WRITE : PollIoOps.READ;
        }
        return write ? PollIoOps.WRITE : PollIoOps.NONE;
    }

    @Override
    final LinkWatch newLinkWatch() throws TunException {
        return new PollLinkWatch(this);
    }

    @Override
    protected final TunUnsafe newUnsafe() {
        return new PollTunUnsafe();
    }

    private static final class PollLinkWatch extends LinkWatch implements PollIoHandle {
        PollLinkWatch(PolledTunChannel channel) throws TunException {
            super(channel);
        }

        @Override
        public int fd() {
            return monitorFd();
        }

        @Override
        public boolean isEmpty() {
            return true; // Read to its end each time.
        }

        @Override
        IoOps readOps() {
            return PollIoOps.READ;
        }
    }

    private final class PollTunUnsafe extends TunUnsafe implements PollIoHandle {
        @Override
        public int fd() {
            return device().fd();
        }

        @Override
        public boolean isEmpty() {
            return isReadEmpty();
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            PollIoOps ready = (PollIoOps) event;
            if (ready.isWrite()) {
                writeReady();
            }
            if (ready.isError()) {
                errorReady();
            } else if (ready.isRead()) {
                readReady();
            }
        }
    }
}
