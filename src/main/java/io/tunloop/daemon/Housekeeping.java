// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.metrics.EventLoopProbe;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import java.io.IOException;
import java.io.PrintWriter;
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
    private final List<DeviceWatch> devices = new ArrayList<>();
    private final LossReporter losses = new LossReporter();
    private SystemdNotifier systemd;
    private Telemetry telemetry;
    private WatchView view;

    private Housekeeping() {}

    static Housekeeping open(DaemonConfig config, List<Forwarder> forwarders) throws IOException {
        var housekeeping = new Housekeeping();
        try {
            housekeeping.watch(config, forwarders);
            if (config.metrics() != null) {
                housekeeping.serveMetrics(config.metrics(), forwarders);
            }
            return housekeeping;
        } catch (Throwable cause) {
            housekeeping.close();
            throw cause;
        }
    }

    private void watch(DaemonConfig config, List<Forwarder> forwarders) {
        for (int i = 0; i < forwarders.size(); i++) {
            Forwarder forwarder = forwarders.get(i);
            watchDevices(forwarder.directions().get(0), config.pairs().get(i));
            losses.add(forwarder);
            forwarder.eventLoops().forEach(each -> probes.add(EventLoopProbe.open(each, lagNs -> {})));
        }
        loop.scheduleAtFixedRate(losses::tick, 1, 1, TimeUnit.SECONDS);
        systemd = SystemdNotifier.open(loop, System.getenv());
        systemd.watch(config.watchdog(), () -> health().isEmpty());
    }

    private void watchDevices(Direction direction, Pair pair) {
        watchDevice(direction.from(), direction.to(), pair.config().device1(), pair.mirrorCarrier());
        watchDevice(direction.to(), direction.from(), pair.config().device2(), pair.mirrorCarrier());
    }

    private void watchDevice(TunDevice device, TunDevice other, TunDeviceConfig config, boolean mirrorCarrier) {
        devices.add(DeviceWatch.open(loop, device, config, mirrorCarrier ? up -> setCarrier(other, up) : up -> {}));
    }

    /** This device shall be like this from now on. */
    void configured(TunDevice device, TunDeviceConfig config) {
        devices.stream().filter(watch -> watch.device() == device).forEach(watch -> watch.configured(config));
    }

    private static void setCarrier(TunDevice device, boolean carrier) {
        try {
            device.setCarrier(carrier);
        } catch (TunException cause) {
            logger.warn("{}", cause.getMessage());
        }
    }

    private void serveMetrics(InetSocketAddress address, List<Forwarder> forwarders) throws IOException {
        telemetry = Telemetry.open(address, loop, forwarders, devices, this::health, this::readiness);
        InetSocketAddress bound = telemetry.address();
        // With brackets around an IPv6 address.
        logger.info("metrics at http://{}/metrics", NetUtil.toSocketAddressString(bound));
    }

    /** Empty when every event loop ticks. */
    private String health() {
        long silenceNs =
                probes.stream().mapToLong(EventLoopProbe::silenceNs).max().orElse(0);
        return silenceNs <= MAX_SILENCE_NS
                ? ""
                : "an event loop has not ticked for " + TimeUnit.NANOSECONDS.toMillis(silenceNs) + " ms";
    }

    /** Empty when packets can pass between all devices. */
    private String readiness() {
        return devices.stream()
                .filter(device -> !device.isUp())
                .map(device -> device.name() + " is not up")
                .findFirst()
                .orElseGet(this::health);
    }

    void watchOn(PrintWriter out, boolean terminal, List<Forwarder> forwarders) {
        view = WatchView.open(loop, forwarders, out, terminal);
    }

    void ready() {
        systemd.ready("forwarding");
    }

    void reloading() {
        systemd.reloading();
    }

    void stopping() {
        systemd.stopping();
    }

    /** Lines for people. */
    String state() {
        String problem = health();
        var text = new StringBuilder(String.format("%n  event loops: %s", problem.isEmpty() ? "all tick" : problem));
        devices.forEach(device -> text.append(String.format("%n  %s", device.describe())));
        return text.toString();
    }

    @Override
    public void close() {
        probes.forEach(EventLoopProbe::close);
        devices.forEach(DeviceWatch::close);
        if (view != null) {
            view.close();
        }
        if (telemetry != null) {
            telemetry.close();
        }
        if (systemd != null) {
            systemd.close();
        }
        group.shutdownGracefully(0, SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
