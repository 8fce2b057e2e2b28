// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.channel.TunChannelCounters;
import io.tunloop.relay.Direction;
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

    void add(Direction direction) {
        String from = direction.from().name();
        String to = direction.to().name();
        TunChannelCounters read = direction.read();
        TunChannelCounters written = direction.written();
        add(from, "longer than the MTU it was opened with (oversize)", read::droppedOversize);
        add(to, "the link is down (device_down)", written::droppedDeviceDown);
        add(to, "the kernel takes them for malformed (invalid)", written::droppedInvalid);
        add(to, "the kernel has no room for them (refused)", written::droppedRefused);
    }

    void add(String device, String reason, LongSupplier counter) {
        spells.add(new Spell(device, reason, counter));
    }

    /** Looks at the counters: to be called about once a second. */
    void tick() {
        spells.forEach(Spell::tick);
    }

    /** One reason at one device. */
    private static final class Spell {
        private final String device;
        private final String reason;
        private final LongSupplier counter;
        private long last;
        private long begin;
        private int quietTicks = QUIET_TICKS;

        Spell(String device, String reason, LongSupplier counter) {
            this.device = device;
            this.reason = reason;
            this.counter = counter;
        }

        void tick() {
            long now = counter.getAsLong();
            if (now != last) {
                if (quietTicks == QUIET_TICKS) {
                    begin = last;
                    logger.warn("{}: packets are being dropped: {}", device, reason);
                }
                quietTicks = 0;
                last = now;
            } else if (quietTicks < QUIET_TICKS && ++quietTicks == QUIET_TICKS) {
                logger.info("{}: no longer dropping packets: {}; {} were lost", device, reason, now - begin);
            }
        }
    }
}
