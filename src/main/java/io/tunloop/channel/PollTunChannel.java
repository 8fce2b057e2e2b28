// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.tunloop.device.TunDevice;

/** A {@link TunChannel} for the event loops of {@link TunTransport#POLL}: a thread that blocks on its device. */
public final class PollTunChannel extends TunChannel {
    /** A channel that opens its device when it is bound to a {@link TunAddress}. */
    public PollTunChannel() {}

    /** A channel over an open device, which it owns from now on. */
    public PollTunChannel(TunDevice device) {
        super(device);
    }

    @Override
    IoOps ops(boolean read, boolean write) {
        if (read) {
            return write ? PollIoOps.READ_WRITE : PollIoOps.READ;
        }
        return write ? PollIoOps.WRITE : PollIoOps.NONE;
    }

    @Override
    Class<? extends IoHandle> handleType() {
        return PollTunUnsafe.class;
    }

    @Override
    protected TunUnsafe newUnsafe() {
        return new PollTunUnsafe();
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
