// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.relay.Forwarder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Everything that a daemon does besides forwarding, on one event loop of its own, so that the loops that forward do
 * nothing else.
 *
 * Thread: opened and closed by any.
 */
public final class Housekeeping implements AutoCloseable {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Housekeeping.class);
    private static final int EVENTS_PER_WAIT = 64;
    private static final long SHUTDOWN_TIMEOUT_SECONDS = 2;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("tunloop-housekeeping", true),
            EpollIoHandler.newFactory(EVENTS_PER_WAIT, DefaultSelectStrategyFactory.INSTANCE));
    private Telemetry telemetry;

    private Housekeeping() {}

    public static Housekeeping open() {
        return new Housekeeping();
    }

    /** Shows what the forwarders do. */
    public void serveMetrics(InetSocketAddress address, List<Forwarder> forwarders) throws IOException {
        telemetry = Telemetry.open(address, loop.next(), forwarders);
        InetSocketAddress bound = telemetry.address();
        logger.info("metrics at http://{}:{}/metrics", bound.getAddress().getHostAddress(), bound.getPort());
    }

    @Override
    public void close() {
        if (telemetry != null) {
            telemetry.close();
        }
        loop.shutdownGracefully(0, SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
