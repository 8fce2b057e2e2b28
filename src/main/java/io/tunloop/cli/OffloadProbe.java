// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.internal.NativeLibrary;
import io.tunloop.relay.ForwarderConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Asks the kernel for offloads by trying: on a device of its own, with a name of the kernel's, which is down and gone
 * afterwards. The devices to be opened may be in use, and another process would lose its own offloads.
 */
final class OffloadProbe {
    private OffloadProbe() {}

    /** What the kernel grants of these offloads. @param config says where, and of which kind the device shall be */
    static EnumSet<Offload> granted(TunDeviceConfig config, Set<Offload> wanted) throws TunException {
        var trial = TunDeviceConfig.builder()
                .netns(config.netns())
                .tap(config.tap())
                .offloads(wanted)
                .up(false)
                .build();
        try (TunDevice device = TunDevice.open(trial)) {
            return device.offloads();
        }
    }

    /** What the devices of a pair would be granted: comments of a configuration file, a line for each. */
    static String describe(ForwarderConfig pair) {
        var text = new StringBuilder();
        for (TunDeviceConfig device : List.of(pair.device1(), pair.device2())) {
            String name = device.name().isEmpty() ? "a device that is handed over" : device.name();
            text.append(String.format(
                    "# offloads granted to %s: %s%n",
                    name, describe(device, pair.mode().offload().offloads())));
        }
        return text.toString();
    }

    private static String describe(TunDeviceConfig device, Set<Offload> wanted) {
        if (wanted.isEmpty()) {
            return "none, as the mode wants none";
        }
        if (device.name().isEmpty()) {
            return "unknown (whoever opened it has asked for them)";
        }
        if (NativeLibrary.lack() != null) {
            return "unknown (no native library; see tunloop doctor)";
        }
        try {
            return granted(device, wanted).toString();
        } catch (TunException cause) {
            return "unknown (" + cause.remedy() + ")";
        }
    }
}
