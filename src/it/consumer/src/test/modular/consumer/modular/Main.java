// SPDX-License-Identifier: Apache-2.0
package consumer.modular;

import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;

/** Forwards between a device in each of two namespaces until its input ends. */
public final class Main {
    private Main() {}

    /** Arguments: mode, namespace of tun11, namespace of tun22. */
    public static void main(String[] args) throws Exception {
        ForwarderConfig config = ForwarderConfig.builder(ForwardMode.of(args[0]).orElseThrow())
                .device1(device("tun11", args[1], "10.0.1.1"))
                .device2(device("tun22", args[2], "10.0.2.1"))
                .build();
        try (Forwarder forwarder = Forwarder.open(config)) {
            forwarder.start();
            System.out.println("ready in " + Main.class.getModule() + " with " + Forwarder.class.getModule());
            System.in.readAllBytes();
        }
    }

    private static TunDeviceConfig device(String name, String namespace, String address) {
        return TunDeviceConfig.builder()
                .name(name)
                .netns(namespace)
                .address(InterfaceAddress.of(address, 24))
                .build();
    }
}
