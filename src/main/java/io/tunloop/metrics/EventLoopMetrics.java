// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.tunloop.metrics.TunloopMeters.EVENT_LOOP_LAG;
import static io.tunloop.metrics.TunloopMeters.EVENT_LOOP_PENDING;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.tunloop.metrics.TunloopMeters.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How far event loops are behind.
 *
 * <pre>
 * try (var metrics = new EventLoopMetrics(forwarder.eventLoops(), Tags.empty())) {
 *     metrics.bindTo(registry);
 * }
 * </pre>
 * Thread: any. Closing ends its probes.
 */
public final class EventLoopMetrics implements MeterBinder, AutoCloseable {
    private final List<SingleThreadEventExecutor> loops;
    private final Iterable<Tag> tags;
    private final List<EventLoopProbe> probes = new ArrayList<>();

    public EventLoopMetrics(List<SingleThreadEventExecutor> loops, Iterable<Tag> tags) {
        this.loops = List.copyOf(loops);
        this.tags = tags;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (int i = 0; i < loops.size(); i++) {
            SingleThreadEventExecutor loop = loops.get(i);
            Tags tagsOfLoop = Tags.of(tags).and(Key.LOOP.asString(), Integer.toString(i));
            Gauge.builder(EVENT_LOOP_PENDING.getName(), loop, SingleThreadEventExecutor::pendingTasks)
                    .description(EVENT_LOOP_PENDING.description())
                    .baseUnit(EVENT_LOOP_PENDING.getBaseUnit())
                    .tags(tagsOfLoop)
                    .register(registry);
            Timer lag = Timer.builder(EVENT_LOOP_LAG.getName())
                    .description(EVENT_LOOP_LAG.description())
                    .tags(tagsOfLoop)
                    .register(registry);
            probes.add(EventLoopProbe.open(loop, ns -> lag.record(ns, TimeUnit.NANOSECONDS)));
        }
    }

    /** The longest that any of the loops has given no sign of life. */
    public long silenceNs() {
        return probes.stream().mapToLong(EventLoopProbe::silenceNs).max().orElse(0);
    }

    @Override
    public void close() {
        probes.forEach(EventLoopProbe::close);
    }
}
