// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.tunloop.device.TunDeviceConfig;
import java.net.Inet6Address;
import java.util.List;

/** What a device's configuration says of IPv6. */
final class Ipv6Settings {
    private Ipv6Settings() {}

    /** These addresses, and the routes for a device that is up; nothing else of it. */
    static TunDeviceConfig of(TunDeviceConfig config, boolean up) {
        return TunDeviceConfig.builder()
                .addresses(config.addresses().stream()
                        .filter(address -> address.address() instanceof Inet6Address)
                        .toList())
                .routes(
                        up
                                ? config.routes().stream()
                                        .filter(route -> route.destination() instanceof Inet6Address)
                                        .toList()
                                : List.of())
                .up(up)
                .build();
    }
}
