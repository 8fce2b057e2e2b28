// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import java.nio.file.Path;

/** Where a {@link Forwarder} gets a device from. */
@FunctionalInterface
public interface DeviceSource {
    /** Makes the device, or attaches to the one that exists: what needs CAP_NET_ADMIN, unless it is persistent and ours. */
    DeviceSource NAMED = TunDevice::open;

    /** @param config what the device shall be like, as far as this source has a say in it */
    TunDevice open(TunDeviceConfig config) throws TunException;

    /** A descriptor that this process was started with, attached to a device that somebody else has configured. */
    static DeviceSource inherited(int fd) {
        return config -> TunDevice.attach(fd, config.offloads());
    }

    /** A descriptor that whoever listens on a Unix stream socket sends with SCM_RIGHTS. */
    static DeviceSource received(Path socket) {
        return config -> TunDevice.receive(socket, config.offloads());
    }
}
