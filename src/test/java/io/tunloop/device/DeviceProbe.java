// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens devices in its own network namespace and says how that went: {@code opened NAME}, or the exception.
 * A name of {@code *} opens new ones until it fails, {@code threaded:NAME} asks for threaded NAPI.
 */
final class DeviceProbe {
    private static final String THREADED = "threaded:";

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
            boolean threaded = name.startsWith(THREADED);
            TunDeviceConfig config = TunDeviceConfig.builder()
                    .name(threaded ? name.substring(THREADED.length()) : name)
                    .napi(threaded ? Napi.THREADED : Napi.OFF)
                    .build();
            try (TunDevice device = TunDevice.open(config)) {
                return device.name();
            }
        }
        List<TunDevice> all = new ArrayList<>();
        while (true) {
            all.add(TunDevice.open(TunDeviceConfig.builder().up(false).build()));
        }
    }
}
