// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.tunloop.metrics.TunloopMeters.BATCHES;
import static io.tunloop.metrics.TunloopMeters.BYTES;
import static io.tunloop.metrics.TunloopMeters.DROPPED;
import static io.tunloop.metrics.TunloopMeters.OFFLOAD_ENABLED;
import static io.tunloop.metrics.TunloopMeters.PACKETS;
import static io.tunloop.metrics.TunloopMeters.SEGMENTS_READ;
import static io.tunloop.metrics.TunloopMeters.SEGMENTS_WRITTEN;
import static io.tunloop.metrics.TunloopMeters.STARVED;
import static io.tunloop.metrics.TunloopMeters.SYSCALLS;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tunloop.channel.TunChannelCounters;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.metrics.TunloopMeters.Key;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import java.util.EnumSet;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What a {@link Forwarder} moves and loses.
 *
 * <pre>
 * var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
 * new ForwarderMetrics(forwarder, Tags.empty()).bindTo(registry);
 * String text = registry.scrape();
 * </pre>
 * The forwarder does not know it: the numbers are read from its counters when the registry is asked for them.
 *
 * Thread: any.
 */
public final class ForwarderMetrics implements MeterBinder {
    private final Forwarder forwarder;
    private final Iterable<Tag> tags;

    /** @param tags given to each meter, to tell several forwarders of one process apart */
    public ForwarderMetrics(Forwarder forwarder, Iterable<Tag> tags) {
        this.forwarder = forwarder;
        this.tags = tags;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Direction direction : forwarder.directions()) {
            bindInvalid(registry, direction.from());
            bindRead(registry, direction.from(), direction.read());
            bindWritten(registry, direction.to(), direction.written());
            bindDropped(registry, direction);
            bindSegments(registry, direction);
            bindOffloads(registry, direction.from());
        }
    }

    private void bindRead(MeterRegistry registry, TunDevice device, TunChannelCounters counters) {
        Tags read = of(device).and(Key.DIRECTION.asString(), "read");
        count(registry, PACKETS, read, counters, TunChannelCounters::packetsRead);
        count(registry, BYTES, read, counters, TunChannelCounters::bytesRead);
        count(registry, BATCHES, read, counters, TunChannelCounters::readBatches);
        Tags op = of(device).and(Key.OP.asString(), "read");
        count(registry, SYSCALLS, op, counters, TunChannelCounters::readCalls);
    }

    private void bindWritten(MeterRegistry registry, TunDevice device, TunChannelCounters counters) {
        Tags written = of(device).and(Key.DIRECTION.asString(), "written");
        count(registry, PACKETS, written, counters, TunChannelCounters::packetsWritten);
        count(registry, BYTES, written, counters, TunChannelCounters::bytesWritten);
        count(registry, BATCHES, written, counters, TunChannelCounters::writeBatches);
        Tags op = of(device).and(Key.OP.asString(), "write");
        count(registry, SYSCALLS, op, counters, TunChannelCounters::writeCalls);
    }

    /** Each reason belongs to the device that was read, or to the one that was to be written to; invalid to either. */
    private void bindDropped(MeterRegistry registry, Direction direction) {
        dropped(registry, direction.from(), "oversize", direction.read(), TunChannelCounters::droppedOversize);
        dropped(registry, direction.to(), "device_down", direction.written(), TunChannelCounters::droppedDeviceDown);
        dropped(registry, direction.to(), "shutdown", direction, Direction::droppedShutdown);
        dropped(registry, direction.to(), "refused", direction.written(), TunChannelCounters::droppedRefused);
    }

    private void bindInvalid(MeterRegistry registry, TunDevice device) {
        dropped(
                registry,
                device,
                "invalid",
                forwarder,
                all -> all.directions().stream()
                        .mapToLong(direction -> invalid(direction, device.name()))
                        .sum());
    }

    private static long invalid(Direction direction, String device) {
        long read = direction.from().name().equals(device) ? direction.droppedInvalid() : 0;
        long written =
                direction.to().name().equals(device) ? direction.written().droppedInvalid() : 0;
        return read + written;
    }

    private void bindSegments(MeterRegistry registry, Direction direction) {
        count(registry, SEGMENTS_READ, of(direction.from()), direction, Direction::segmentsRead);
        count(registry, SEGMENTS_WRITTEN, of(direction.to()), direction, Direction::segmentsWritten);
        count(registry, STARVED, of(direction.from()), direction.read(), TunChannelCounters::readsStarved);
    }

    private void bindOffloads(MeterRegistry registry, TunDevice device) {
        EnumSet<Offload> granted = device.offloads();
        for (Offload offload : Offload.values()) {
            Gauge.builder(OFFLOAD_ENABLED.getName(), () -> granted.contains(offload) ? 1 : 0)
                    .description(OFFLOAD_ENABLED.description())
                    .tags(of(device).and(Key.FEATURE.asString(), offload.name().toLowerCase(Locale.ROOT)))
                    .register(registry);
        }
    }

    private <T> void dropped(
            MeterRegistry registry, TunDevice device, String reason, T counters, ToDoubleFunction<T> value) {
        count(registry, DROPPED, of(device).and(Key.REASON.asString(), reason), counters, value);
    }

    private static <T> void count(
            MeterRegistry registry, TunloopMeters meter, Tags tags, T counters, ToDoubleFunction<T> value) {
        FunctionCounter.builder(meter.getName(), counters, value)
                .description(meter.description())
                .baseUnit(meter.getBaseUnit())
                .tags(tags)
                .register(registry);
    }

    private Tags of(TunDevice device) {
        return Tags.of(tags).and(Key.DEVICE.asString(), device.name());
    }
}
