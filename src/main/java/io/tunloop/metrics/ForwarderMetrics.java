// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.tunloop.metrics.TunloopMeters.BATCHES;
import static io.tunloop.metrics.TunloopMeters.BYTES;
import static io.tunloop.metrics.TunloopMeters.DROPPED;
import static io.tunloop.metrics.TunloopMeters.OFFLOAD_ENABLED;
import static io.tunloop.metrics.TunloopMeters.PACKETS;
import static io.tunloop.metrics.TunloopMeters.QUEUE_CAPACITY;
import static io.tunloop.metrics.TunloopMeters.QUEUE_DEPTH;
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
import io.tunloop.channel.BatchSizes;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.metrics.TunloopMeters.Key;
import io.tunloop.relay.Direction;
import io.tunloop.relay.DropReason;
import io.tunloop.relay.Forwarder;
import java.util.EnumSet;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
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
        for (String device : DeviceTotals.devices(forwarder)) {
            var totals = new DeviceTotals(forwarder, device);
            bindRead(registry, device, totals);
            bindWritten(registry, device, totals);
            bindDropped(registry, device, totals);
            bindQueue(registry, device, totals);
        }
        Direction there = forwarder.directions().get(0);
        bindOffloads(registry, there.from());
        bindOffloads(registry, there.to());
    }

    private void bindRead(MeterRegistry registry, String device, DeviceTotals totals) {
        Tags read = of(device).and(Key.DIRECTION.asString(), "read");
        count(registry, PACKETS, read, totals, all -> all.read(way -> way.read().packetsRead()));
        count(registry, BYTES, read, totals, all -> all.read(way -> way.read().bytesRead()));
        bindBatches(
                registry,
                read,
                totals,
                (all, size) -> all.read(way -> way.read().readBatchSizes().batches(size)));
        count(registry, SEGMENTS_READ, of(device), totals, all -> all.read(Direction::segmentsRead));
        count(
                registry,
                STARVED,
                of(device),
                totals,
                all -> all.read(way -> way.read().readsStarved()));
        Tags op = of(device).and(Key.OP.asString(), "read");
        count(registry, SYSCALLS, op, totals, all -> all.read(way -> way.read().readCalls()));
    }

    private void bindWritten(MeterRegistry registry, String device, DeviceTotals totals) {
        Tags written = of(device).and(Key.DIRECTION.asString(), "written");
        count(
                registry,
                PACKETS,
                written,
                totals,
                all -> all.written(way -> way.written().packetsWritten()));
        count(
                registry,
                BYTES,
                written,
                totals,
                all -> all.written(way -> way.written().bytesWritten()));
        bindBatches(
                registry,
                written,
                totals,
                (all, size) ->
                        all.written(way -> way.written().writeBatchSizes().batches(size)));
        count(registry, SEGMENTS_WRITTEN, of(device), totals, all -> all.written(Direction::segmentsWritten));
        Tags op = of(device).and(Key.OP.asString(), "write");
        count(
                registry,
                SYSCALLS,
                op,
                totals,
                all -> all.written(way -> way.written().writeCalls()));
    }

    private void bindBatches(
            MeterRegistry registry, Tags tags, DeviceTotals totals, ToDoubleBiFunction<DeviceTotals, Integer> value) {
        for (int i = 0; i < BatchSizes.CLASSES; i++) {
            int sizeClass = i;
            Tags sized = tags.and(Key.SIZE.asString(), packets(sizeClass));
            count(registry, BATCHES, sized, totals, all -> value.applyAsDouble(all, sizeClass));
        }
    }

    /** 1, 2, 3-4, 5-8 and so on. */
    private static String packets(int sizeClass) {
        int least = sizeClass == 0 ? 1 : BatchSizes.maxPackets(sizeClass - 1) + 1;
        int most = BatchSizes.maxPackets(sizeClass);
        if (most == Integer.MAX_VALUE) {
            return least + "+";
        }
        return least == most ? Integer.toString(least) : least + "-" + most;
    }

    private void bindDropped(MeterRegistry registry, String device, DeviceTotals totals) {
        for (DropReason reason : DropReason.values()) {
            Tags tags = of(device).and(Key.REASON.asString(), reason.label());
            count(registry, DROPPED, tags, totals, all -> all.read(reason::atReader) + all.written(reason::atWriter));
        }
    }

    private void bindQueue(MeterRegistry registry, String device, DeviceTotals totals) {
        gauge(registry, QUEUE_DEPTH, of(device), () -> totals.written(Direction::queueDepth));
        gauge(registry, QUEUE_CAPACITY, of(device), () -> totals.written(Direction::queueCapacity));
    }

    private static void gauge(MeterRegistry registry, TunloopMeters meter, Tags tags, Supplier<Number> value) {
        Gauge.builder(meter.getName(), value)
                .description(meter.description())
                .tags(tags)
                .register(registry);
    }

    private void bindOffloads(MeterRegistry registry, TunDevice device) {
        EnumSet<Offload> granted = device.offloads();
        for (Offload offload : Offload.values()) {
            Gauge.builder(OFFLOAD_ENABLED.getName(), () -> granted.contains(offload) ? 1 : 0)
                    .description(OFFLOAD_ENABLED.description())
                    .tags(of(device.name())
                            .and(Key.FEATURE.asString(), offload.name().toLowerCase(Locale.ROOT)))
                    .register(registry);
        }
    }

    private void count(
            MeterRegistry registry,
            TunloopMeters meter,
            Tags tags,
            DeviceTotals totals,
            ToDoubleFunction<DeviceTotals> value) {
        // A registry holds what it asks weakly: the forwarder, which somebody has for as long as it works.
        FunctionCounter.builder(meter.getName(), forwarder, alive -> value.applyAsDouble(totals))
                .description(meter.description())
                .baseUnit(meter.getBaseUnit())
                .tags(tags)
                .register(registry);
    }

    private Tags of(String device) {
        return Tags.of(tags).and(Key.DEVICE.asString(), device);
    }
}
