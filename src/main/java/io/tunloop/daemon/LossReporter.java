// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.metrics.DeviceTotals;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Logs losses: once when they begin and once when they are over, however many packets are lost in between.
 *
 * <pre>
 * lost        0   0   7   9   0   2   0   0 ... 0
 *                     |                         |
 *                     WARN: being dropped       INFO: over, 18 lost
 * </pre>
 * It looks at the counters every so often; the packet path does not know it.
 *
 * Thread: one at a time.
 */
final class LossReporter {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(LossReporter.class);

    /** Looks without a loss, after which it is over. */
    private static final int QUIET_TICKS = 5;

    private final List<Spell> spells = new ArrayList<>();

    void add(Forwarder forwarder) {
        for (String device : DeviceTotals.devices(forwarder)) {
            var totals = new DeviceTotals(forwarder, device);
            add(
                    device,
                    "longer than the MTU it was opened with (oversize)",
                    () -> totals.read(way -> way.read().droppedOversize()));
            add(device, "a frame makes no sense (invalid)", () -> totals.read(Direction::droppedInvalid));
            add(
                    device,
                    "the link is down (device_down)",
                    () -> totals.written(way -> way.written().droppedDeviceDown()));
            add(
                    device,
                    "the kernel takes them for malformed (invalid)",
                    () -> totals.written(way -> way.written().droppedInvalid()));
            add(
                    device,
                    "the kernel has no room for them (refused)",
                    () -> totals.written(way -> way.written().droppedRefused()));
            add(device, "a handler refuses them (refused)", () -> totals.written(Direction::droppedRefused));
            add(device, "the queue to it is full (queue_full)", () -> totals.written(Direction::droppedQueueFull));
            add(
                    device + ": reading pauses: no direct memory for packets; raise -XX:MaxDirectMemorySize",
                    () -> totals.read(way -> way.read().readsStarved()));
        }
    }

    private void add(String device, String reason, LongSupplier counter) {
        add(device + ": packets are being dropped: " + reason, counter);
    }

    /** @param what is wrong while the counter grows */
    void add(String what, LongSupplier counter) {
        spells.add(new Spell(what, counter));
    }

    /** Looks at the counters: to be called about once a second. */
    void tick() {
        spells.forEach(Spell::tick);
    }

    /** A number that should not grow. */
    private static final class Spell {
        private final String what;
        private final LongSupplier counter;
        private long last;
        private long begin;
        private int quietTicks = QUIET_TICKS;

        Spell(String what, LongSupplier counter) {
            this.what = what;
            this.counter = counter;
        }

        void tick() {
            long now = counter.getAsLong();
            if (now != last) {
                if (quietTicks == QUIET_TICKS) {
                    begin = last;
                    logger.warn("{}", what);
                }
                quietTicks = 0;
                last = now;
            } else if (quietTicks < QUIET_TICKS && ++quietTicks == QUIET_TICKS) {
                logger.info("over, after {} times: {}", now - begin, what);
            }
        }
    }
}
