// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.tunloop.metrics.TunloopMeters.DEVICE_UP;
import static io.tunloop.metrics.TunloopMeters.KERNEL_TX_DROPPED;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import io.tunloop.metrics.TunloopMeters.Key;
import java.util.function.BooleanSupplier;

/**
 * What the kernel says of a device.
 *
 * <pre>
 * new DeviceMetrics(device, watch::isUp, Tags.empty()).bindTo(registry);
 * </pre>
 * Thread: any; asking the kernel for its counters is a system call or two.
 */
public final class DeviceMetrics implements MeterBinder {
    private final TunDevice device;
    private final BooleanSupplier up;
    private final Iterable<Tag> tags;
    // Whoever asks for the metrics; the last known value of a device that is gone.
    private volatile long txDropped;

    public DeviceMetrics(TunDevice device, BooleanSupplier up, Iterable<Tag> tags) {
        this.device = device;
        this.up = up;
        this.tags = tags;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Tags all = Tags.of(tags).and(Key.DEVICE.asString(), device.name());
        Gauge.builder(DEVICE_UP.getName(), () -> up.getAsBoolean() ? 1 : 0)
                .description(DEVICE_UP.description())
                .tags(all)
                .register(registry);
        // A registry holds what it asks weakly: the device, which its forwarder has.
        FunctionCounter.builder(KERNEL_TX_DROPPED.getName(), device, alive -> txDropped())
                .description(KERNEL_TX_DROPPED.description())
                .tags(all)
                .register(registry);
    }

    private long txDropped() {
        try {
            txDropped = device.statistics().txDropped();
        } catch (TunException gone) {
            // The device watch has told; a counter stays where it is.
        }
        return txDropped;
    }
}
