// SPDX-License-Identifier: Apache-2.0
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A forwarder that lets no more than so many bits a second come from its first device, by reading that later: what waits,
 * waits in the kernel's queue, which drops when it is full, as a slow link would.
 *
 * <pre>
 * budget  ▔▔╲▁▁╱▔╲▁▁╱▔   filled at the rate, up to a burst; below zero reading pauses until it is back
 *
 * sudo ip netns add host1; sudo ip netns add host2
 * sudo scripts/example RateLimiter host1 host2 50000000
 * sudo ip netns exec host2 iperf3 -s -D -1; sudo ip netns exec host1 iperf3 -c 10.0.2.1     # in another terminal
 * sudo ip netns del host1; sudo ip netns del host2       # when all is seen
 * </pre>
 */
public final class RateLimiter {
    private RateLimiter() {}

    /** Arguments: network namespaces of the devices, bits a second. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: RateLimiter NETNS1 NETNS2 BITS-A-SECOND");
            System.exit(2);
        }
        Forwarder forwarder = Forwarder.open(
                ForwarderConfig.builder(ForwardMode.of("async-normal").orElseThrow())
                        .device1(device(args[0], "tun11", "10.0.1.1/24", "10.0.2.0/24"))
                        .device2(device(args[1], "tun22", "10.0.2.1/24", "10.0.1.0/24"))
                        .build());
        forwarder.directions().get(0).addFirst("limit", new Limit(Long.parseLong(args[2])));
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

    /** Thread: the channel's event loop only. */
    private static final class Limit extends ChannelInboundHandlerAdapter {
        private static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(10);

        private final double bytesPerNs;
        private double budgetBytes;
        private long filledNs = System.nanoTime();

        /** @param bitsPerSecond the rate of what is read, headers included */
        Limit(long bitsPerSecond) {
            bytesPerNs = (double) bitsPerSecond / Byte.SIZE / TimeUnit.SECONDS.toNanos(1);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            budgetBytes -= ((ByteBuf) message).readableBytes();
            ctx.fireChannelRead(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            fill();
            if (budgetBytes < 0) {
                ctx.channel().config().setAutoRead(false);
                long waitNs = (long) Math.ceil(-budgetBytes / bytesPerNs);
                ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), waitNs, TimeUnit.NANOSECONDS);
            }
            ctx.fireChannelReadComplete();
        }

        private void fill() {
            long nowNs = System.nanoTime();
            budgetBytes = Math.min(BURST_NS * bytesPerNs, budgetBytes + (nowNs - filledNs) * bytesPerNs);
            filledNs = nowNs;
        }
    }
}
