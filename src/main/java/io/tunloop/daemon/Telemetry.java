// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoop;
import io.tunloop.metrics.AllocatorMetrics;
import io.tunloop.metrics.DeviceMetrics;
import io.tunloop.metrics.EventLoopMetrics;
import io.tunloop.metrics.ForwarderMetrics;
import io.tunloop.metrics.MetricsServer;
import io.tunloop.metrics.ProcessMeters;
import io.tunloop.metrics.TunloopMeters.Key;
import io.tunloop.relay.Forwarder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The meters of this process and the endpoint that shows them.
 *
 * Thread: opened and closed by any; serves on the event loop given.
 */
final class Telemetry implements AutoCloseable {
    private static final int DEVICES_PER_PAIR = 2;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    // The registry holds it weakly.
    private final ProcessMeters process = new ProcessMeters();
    private final List<EventLoopMetrics> loops = new ArrayList<>();
    private MetricsServer server;

    private Telemetry(List<Forwarder> forwarders, List<DeviceWatch> devices) {
        // What is not this process's is for the machine's own exporter to tell.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system."));
        // ProcessMeters has it in seconds, as Prometheus wants it.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        for (int i = 0; i < forwarders.size(); i++) {
            bindForwarder(forwarders.get(i), tags(i, forwarders.size()));
        }
        for (int i = 0; i < devices.size(); i++) {
            DeviceWatch watch = devices.get(i);
            Tags tags = tags(i / DEVICES_PER_PAIR, forwarders.size());
            new DeviceMetrics(watch.device(), watch::isUp, tags).bindTo(registry);
        }
        bindProcess();
    }

    /**
     * @param address where to listen; port 0 for any that is free
     * @param loop serves the requests; not one that forwards
     * @param health empty when all is well, else what is wrong
     * @param readiness empty when packets can pass, else why not
     */
    static Telemetry open(
            InetSocketAddress address,
            EventLoop loop,
            List<Forwarder> forwarders,
            List<DeviceWatch> devices,
            Supplier<String> health,
            Supplier<String> readiness)
            throws IOException {
        var telemetry = new Telemetry(forwarders, devices);
        try {
            telemetry.server = MetricsServer.open(address, loop, telemetry.registry, health, readiness);
            return telemetry;
        } catch (Throwable cause) {
            telemetry.close();
            throw cause;
        }
    }

    /** One pair needs no number; of several, two may have devices of one name in different namespaces. */
    private static Tags tags(int index, int pairs) {
        return pairs == 1 ? Tags.empty() : Tags.of(Key.PAIR.asString(), Integer.toString(index + 1));
    }

    private void bindForwarder(Forwarder forwarder, Tags tags) {
        new ForwarderMetrics(forwarder, tags).bindTo(registry);
        var loopMetrics = new EventLoopMetrics(forwarder.eventLoops(), tags);
        loopMetrics.bindTo(registry);
        loops.add(loopMetrics);
    }

    private void bindProcess() {
        process.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
            new AllocatorMetrics(allocator, Tags.empty()).bindTo(registry);
        }
    }

    /** Where the endpoint listens. */
    InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        loops.forEach(EventLoopMetrics::close);
        registry.close();
    }
}
