// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for a descriptor, on an event loop as a channel would. */
final class Readiness implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 20;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    /** Returns when the descriptor is readable; an AssertionError when it is not in time. */
    void await(int fd) throws Exception {
        var readable = new CountDownLatch(1);
        IoRegistration registration =
                ((IoEventLoop) group.next()).register(new Handle(fd, readable)).get();
        registration.submit(EpollIoOps.EPOLLIN);
        boolean inTime = readable.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        registration.cancel();
        if (!inTime) {
            throw new AssertionError("nothing to read from descriptor " + fd);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private record Handle(FileDescriptor fd, CountDownLatch readable) implements EpollIoHandle {
        Handle(int fd, CountDownLatch readable) {
            this(new FileDescriptor(fd), readable);
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            registration.cancel();
            readable.countDown();
        }

        // The descriptor belongs to who waits for it.
        @Override
        public void close() {}
    }
}
