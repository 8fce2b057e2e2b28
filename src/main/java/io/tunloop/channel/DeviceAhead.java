// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.tunloop.device.TunDevice;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A device that was opened for a bind before that bind came through the pipeline. The first to ask takes it: the bind, or
 * who knows that no bind will come.
 *
 * Ownership: owns the device until it is taken.
 * Thread: any.
 */
final class DeviceAhead {
    private final TunAddress address;
    private final TunDevice device;
    private final AtomicBoolean taken = new AtomicBoolean();

    DeviceAhead(TunAddress address, TunDevice device) {
        this.address = address;
        this.device = device;
    }

    /** The device, if it was opened for this address and nobody has it; else null. */
    TunDevice take(TunAddress wanted) {
        return address.equals(wanted) ? take() : null;
    }

    /** The device, whose owner the caller is from now on; null if somebody has it. */
    TunDevice take() {
        return taken.compareAndSet(false, true) ? device : null;
    }
}
