// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens devices in its own network namespace and says how that went: {@code opened NAME}, or the exception.
 * A name of {@code *} opens new ones until it fails.
 */
final class DeviceProbe {
    private DeviceProbe() {}

    public static void main(String... names) {
        for (String name : names) {
            try {
                System.out.println("opened " + open(name));
            } catch (TunException failure) {
                System.out.println(failure.getMessage());
            }
        }
    }

    private static String open(String name) throws TunException {
        if (!name.equals("*")) {
            try (TunDevice device =
                    TunDevice.open(TunDeviceConfig.builder().name(name).build())) {
                return device.name();
            }
        }
        List<TunDevice> all = new ArrayList<>();
        while (true) {
            all.add(TunDevice.open(TunDeviceConfig.builder().up(false).build()));
        }
    }
}
