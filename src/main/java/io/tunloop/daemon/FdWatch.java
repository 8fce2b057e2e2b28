// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/**
 * Calls back on an epoll event loop while a descriptor is readable. The descriptor stays the caller's.
 *
 * Thread: opened and closed by any; calls back on the event loop.
 */
final class FdWatch implements EpollIoHandle {
    private final FileDescriptor fd;
    private final Runnable readable;
    private IoRegistration registration;

    private FdWatch(int fd, Runnable readable) {
        this.fd = new FileDescriptor(fd);
        this.readable = readable;
    }

    static FdWatch open(IoEventLoop loop, int fd, Runnable readable) {
        var watch = new FdWatch(fd, readable);
        watch.registration = loop.register(watch).syncUninterruptibly().getNow();
        watch.registration.submit(EpollIoOps.EPOLLIN);
        return watch;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        readable.run();
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    /** Calls back no more; to be called before the descriptor is closed. */
    @Override
    public void close() {
        registration.cancel();
    }
}
