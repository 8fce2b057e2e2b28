// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.tunloop.metrics.TunloopMeters.ALLOCATOR_USED;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.tunloop.metrics.TunloopMeters.Key;
import java.util.function.Supplier;

/**
 * The memory that an allocator of packet buffers holds.
 *
 * <pre>
 * if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
 *     new AllocatorMetrics(allocator, Tags.empty()).bindTo(registry);
 * }
 * </pre>
 * Not Micrometer's NettyAllocatorMetrics: the id in its tags is another one at each start.
 *
 * Thread: any.
 */
public final class AllocatorMetrics implements MeterBinder {
    private final ByteBufAllocatorMetricProvider allocator;
    private final Iterable<Tag> tags;

    public AllocatorMetrics(ByteBufAllocatorMetricProvider allocator, Iterable<Tag> tags) {
        this.allocator = allocator;
        this.tags = tags;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bind(registry, "direct", () -> allocator.metric().usedDirectMemory());
        bind(registry, "heap", () -> allocator.metric().usedHeapMemory());
    }

    private void bind(MeterRegistry registry, String memory, Supplier<Number> bytes) {
        Gauge.builder(ALLOCATOR_USED.getName(), bytes)
                .description(ALLOCATOR_USED.description())
                .baseUnit(ALLOCATOR_USED.getBaseUnit())
                .tags(Tags.of(tags).and(Key.MEMORY.asString(), memory))
                .register(registry);
    }
}
