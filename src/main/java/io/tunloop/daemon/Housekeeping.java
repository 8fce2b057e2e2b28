// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.metrics.EventLoopProbe;
import io.tunloop.relay.Forwarder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Everything that a daemon does besides forwarding, on one event loop of its own, so that the loops that forward do
 * nothing else.
 *
 * Thread: opened and closed by any.
 */
final class Housekeeping implements AutoCloseable {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Housekeeping.class);
    private static final int EVENTS_PER_WAIT = 64;
    private static final long SHUTDOWN_TIMEOUT_SECONDS = 2;
    private static final long MAX_SILENCE_NS = TimeUnit.SECONDS.toNanos(5);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("tunloop-housekeeping", true),
            EpollIoHandler.newFactory(EVENTS_PER_WAIT, DefaultSelectStrategyFactory.INSTANCE));
    private final IoEventLoop loop = group.next();
    private final List<EventLoopProbe> probes = new ArrayList<>();
    private final LossReporter losses = new LossReporter();
    private SystemdNotifier systemd;
    private Telemetry telemetry;

    private Housekeeping() {}

    static Housekeeping open(DaemonConfig config, List<Forwarder> forwarders) throws IOException {
        var housekeeping = new Housekeeping();
        try {
            housekeeping.watch(forwarders);
            if (config.metrics() != null) {
                housekeeping.serveMetrics(config.metrics(), forwarders);
            }
            return housekeeping;
        } catch (Throwable cause) {
            housekeeping.close();
            throw cause;
        }
    }

    private void watch(List<Forwarder> forwarders) {
        for (Forwarder forwarder : forwarders) {
            forwarder.directions().forEach(losses::add);
            forwarder.eventLoops().forEach(each -> probes.add(EventLoopProbe.open(each, lagNs -> {})));
        }
        loop.scheduleAtFixedRate(losses::tick, 1, 1, TimeUnit.SECONDS);
        systemd = SystemdNotifier.open(loop, System.getenv());
        systemd.watch(System.getenv(), () -> health().isEmpty());
    }

    private void serveMetrics(InetSocketAddress address, List<Forwarder> forwarders) throws IOException {
        telemetry = Telemetry.open(address, loop, forwarders, this::health, this::readiness);
        InetSocketAddress bound = telemetry.address();
        logger.info("metrics at http://{}:{}/metrics", bound.getAddress().getHostAddress(), bound.getPort());
    }

    /** Empty when every event loop ticks. */
    private String health() {
        long silenceNs =
                probes.stream().mapToLong(EventLoopProbe::silenceNs).max().orElse(0);
        return silenceNs <= MAX_SILENCE_NS
                ? ""
                : "an event loop has not ticked for " + TimeUnit.NANOSECONDS.toMillis(silenceNs) + " ms";
    }

    private String readiness() {
        return health();
    }

    void ready() {
        systemd.ready("forwarding");
    }

    void stopping() {
        systemd.stopping();
    }

    /** Lines for people. */
    String state() {
        String problem = health();
        return String.format("%n  event loops: %s", problem.isEmpty() ? "all tick" : problem);
    }

    @Override
    public void close() {
        probes.forEach(EventLoopProbe::close);
        if (telemetry != null) {
            telemetry.close();
        }
        if (systemd != null) {
            systemd.close();
        }
        group.shutdownGracefully(0, SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
