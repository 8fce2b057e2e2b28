// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.tunloop.device.TunDeviceConfig;
import io.tunloop.handler.IpOffset;
import io.tunloop.handler.PcapngCapture;
import io.tunloop.handler.PcapngConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A forwarder that captures what it forwards, a file a direction: the first bytes of each packet, and not more files than a
 * disk holds. In front of the splitter a frame of many packets is captured as one.
 *
 * <pre>
 * tun11 ─► TunChannel ─► PcapngCapture (1-to-2.pcapng) ─► GsoSplitter ─► Relay ─► ... ─► tun22
 * tun11 ◄─ ...        ◄─ Relay ◄─ GsoSplitter ◄─ (2-to-1.pcapng) PcapngCapture ◄─ TunChannel ◄─ tun22
 * </pre>
 */
public final class Capture {
    private static final int SNAP_BYTES = 128;
    private static final long FILE_BYTES = 64 << 20;
    private static final int FILES = 8;

    private Capture() {}

    /** Opens both devices, forwards and captures until the forwarder is closed. */
    public static Forwarder start(TunDeviceConfig device1, TunDeviceConfig device2, Path folder) throws IOException {
        ForwardMode mode = ForwardMode.of("async-gso").orElseThrow();
        Forwarder forwarder = Forwarder.open(
                ForwarderConfig.builder(mode).device1(device1).device2(device2).build());
        forwarder.directions().get(0).addFirst("capture", capture(folder.resolve("1-to-2.pcapng")));
        forwarder.directions().get(1).addFirst("capture", capture(folder.resolve("2-to-1.pcapng")));
        forwarder.start();
        return forwarder;
    }

    private static PcapngCapture capture(Path file) {
        PcapngConfig config = PcapngConfig.of(file).withSnapBytes(SNAP_BYTES).withRotation(FILE_BYTES, FILES);
        return new PcapngCapture(config, IpOffset.VIRTIO);
    }
}
