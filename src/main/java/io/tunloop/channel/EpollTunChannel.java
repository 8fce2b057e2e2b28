// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;

/** A {@link TunChannel} for the event loops of Netty's {@code EpollIoHandler}. */
public final class EpollTunChannel extends TunChannel {
    // Always with EPOLLERR, which the kernel reports anyway: Netty's registration does not survive empty ops.
    private static final EpollIoOps IDLE = EpollIoOps.EPOLLERR;
    private static final EpollIoOps READ = IDLE.with(EpollIoOps.EPOLLIN);
    private static final EpollIoOps WRITE = IDLE.with(EpollIoOps.EPOLLOUT);
    private static final EpollIoOps READ_WRITE = READ.with(EpollIoOps.EPOLLOUT);

    /** A channel that opens its device when it is bound to a {@link TunAddress}. */
    public EpollTunChannel() {}

    /** A channel over an open device, which it owns from now on. */
    public EpollTunChannel(TunDevice device) {
        super(device);
    }

    @Override
    TunTransport transport() {
        return TunTransport.EPOLL;
    }

    @Override
    IoOps ops(boolean read, boolean write) {
        if (read) {
            return write ? READ_WRITE : READ;
        }
        return write ? WRITE : IDLE;
    }

    @Override
    Class<? extends IoHandle> handleType() {
        return EpollTunUnsafe.class;
    }

    @Override
    LinkWatch newLinkWatch() throws TunException {
        return new EpollLinkWatch(this);
    }

    @Override
    protected TunUnsafe newUnsafe() {
        return new EpollTunUnsafe();
    }

    private static final class EpollLinkWatch extends LinkWatch implements EpollIoHandle {
        private FileDescriptor fd;

        EpollLinkWatch(EpollTunChannel channel) throws TunException {
            super(channel);
        }

        @Override
        public FileDescriptor fd() {
            if (fd == null || fd.intValue() != monitorFd()) {
                fd = new FileDescriptor(monitorFd());
            }
            return fd;
        }

        @Override
        IoOps readOps() {
            return READ;
        }
    }

    private final class EpollTunUnsafe extends TunUnsafe implements EpollIoHandle {
        // Only lends the number to the poller; the device closes it.
        private FileDescriptor fd;

        @Override
        public FileDescriptor fd() {
            int number = device().fd();
            // A device that somebody has closed is let go of by the number that it had.
            if (fd == null || number >= 0 && fd.intValue() != number) {
                fd = new FileDescriptor(number);
            }
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            EpollIoOps ready = ((EpollIoEvent) event).ops();
            if (ready.contains(EpollIoOps.EPOLLOUT)) {
                writeReady();
            }
            if (ready.contains(EpollIoOps.EPOLLERR)) {
                errorReady();
            } else if (ready.contains(EpollIoOps.EPOLLIN)) {
                readReady();
            }
        }
    }
}
