// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.Arrays;

/** A process that opens one device with an MTU, a queue length, an address and any number of routes, and says how that went. */
final class ConfiguredDeviceProbe {
    private ConfiguredDeviceProbe() {}

    public static void main(String... arguments) {
        TunDeviceConfig config = TunDeviceConfig.builder()
                .name(arguments[0])
                .mtuBytes(Integer.parseInt(arguments[1]))
                .txQueueLength(Integer.parseInt(arguments[2]))
                .address(InterfaceAddress.parse(arguments[3]))
                .routes(Arrays.stream(arguments).skip(4).map(Route::parse).toList())
                .build();
        try (TunDevice device = TunDevice.open(config)) {
            System.out.println("opened " + device.name());
        } catch (TunException failure) {
            System.out.println(failure.getMessage());
        }
    }
}
