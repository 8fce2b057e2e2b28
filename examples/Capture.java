// SPDX-License-Identifier: Apache-2.0
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Route;
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
 *
 * sudo ip netns add host1; sudo ip netns add host2
 * sudo scripts/example Capture host1 host2 /tmp
 * sudo ip netns exec host1 ping 10.0.2.1; tshark -r /tmp/1-to-2.pcapng     # in another terminal
 * sudo ip netns del host1; sudo ip netns del host2       # when all is seen
 * </pre>
 */
public final class Capture {
    private static final int SNAP_BYTES = 128;
    private static final long FILE_BYTES = 64 << 20;
    private static final int FILES = 8;

    private Capture() {}

    /** Arguments: network namespaces of the devices, folder for the files. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: Capture NETNS1 NETNS2 FOLDER");
            System.exit(2);
        }
        Forwarder forwarder = Forwarder.open(
                ForwarderConfig.builder(ForwardMode.of("async-gso").orElseThrow())
                        .device1(device(args[0], "tun11", "10.0.1.1/24", "10.0.2.0/24"))
                        .device2(device(args[1], "tun22", "10.0.2.1/24", "10.0.1.0/24"))
                        .build());
        forwarder.directions().get(0).addFirst("capture", capture(Path.of(args[2], "1-to-2.pcapng")));
        forwarder.directions().get(1).addFirst("capture", capture(Path.of(args[2], "2-to-1.pcapng")));
        Runtime.getRuntime().addShutdownHook(new Thread(forwarder::close));
        forwarder.start();
        System.out.println("forwarding");
        forwarder.lost().join();
    }

    private static PcapngCapture capture(Path file) {
        PcapngConfig config = PcapngConfig.of(file).withSnapBytes(SNAP_BYTES).withRotation(FILE_BYTES, FILES);
        return new PcapngCapture(config, IpOffset.VIRTIO);
    }

    private static TunDeviceConfig device(String netns, String name, String address, String peers) {
        return TunDeviceConfig.builder()
                .netns(netns)
                .name(name)
                .address(InterfaceAddress.parse(address))
                .route(Route.parse(peers))
                .build();
    }
}
