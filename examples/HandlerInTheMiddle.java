// SPDX-License-Identifier: Apache-2.0
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.packet.IpHeader;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;

/**
 * A forwarder that runs a handler of your own on every packet from the first device to the second: this one drops all
 * protocols but one, and says so.
 *
 * <pre>
 * tun11 ─► TunChannel ─► OnlyProtocol ─► Relay ─► TunChannel ─► tun22
 *
 * sudo ip netns add host1; sudo ip netns add host2
 * sudo scripts/example HandlerInTheMiddle host1 host2 1
 * sudo ip netns exec host1 ping 10.0.2.1; sudo ip netns exec host1 nc -u 10.0.2.1 9     # in another terminal
 * sudo ip netns del host1; sudo ip netns del host2       # when all is seen
 * </pre>
 */
public final class HandlerInTheMiddle {
    private HandlerInTheMiddle() {}

    /** Arguments: network namespaces of the devices, number of the protocol (1 is ICMP). */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: HandlerInTheMiddle NETNS1 NETNS2 PROTOCOL");
            System.exit(2);
        }
        Forwarder forwarder = Forwarder.open(
                ForwarderConfig.builder(ForwardMode.of("async-normal").orElseThrow())
                        .device1(device(args[0], "tun11", "10.0.1.1/24", "10.0.2.0/24"))
                        .device2(device(args[1], "tun22", "10.0.2.1/24", "10.0.1.0/24"))
                        .build());
        forwarder.directions().get(0).addFirst("only", new OnlyProtocol(Integer.parseInt(args[2])));
        forwarder.start();
        System.out.println("forwarding");
        forwarder.lost().join();
    }

    private static TunDeviceConfig device(String netns, String name, String address, String peers) {
        return TunDeviceConfig.builder()
                .netns(netns)
                .name(name)
                .address(InterfaceAddress.parse(address))
                .route(Route.parse(peers))
                .build();
    }

    /** Drops IPv4 packets of other protocols, and everything that is not IPv4. */
    private static final class OnlyProtocol extends ChannelInboundHandlerAdapter {
        private final int protocol;

        OnlyProtocol(int protocol) {
            this.protocol = protocol;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf packet = (ByteBuf) message;
            int start = packet.readerIndex();
            if (IpHeader.version(packet, start) == 4 && IpHeader.v4Protocol(packet, start) == protocol) {
                ctx.fireChannelRead(packet);
            } else {
                System.out.println("dropped " + packet.readableBytes() + " bytes");
                packet.release();
            }
        }
    }
}
