// SPDX-License-Identifier: Apache-2.0
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tunloop.channel.EpollTunChannel;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.handler.IcmpEchoResponder;
import io.tunloop.handler.IpOffset;
import java.util.List;

/**
 * Answers pings to every address of a network.
 *
 * <pre>
 * ping 10.7.0.9 ─► kernel ─► tun0 (10.7.0.1/24) ─► IcmpEchoResponder
 *               ◄─        ◄─                    ◄────────┘
 *
 * sudo scripts/example PingResponder tun0 10.7.0.1/24
 * ping 10.7.0.9                                           # in another terminal
 * </pre>
 */
public final class PingResponder {
    private PingResponder() {}

    /** Arguments: device, address with prefix length. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: PingResponder DEVICE ADDRESS/PREFIX");
            System.exit(2);
        }
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Channel tun = new Bootstrap()
                .group(loops)
                .channel(EpollTunChannel.class)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(args[1])))
                .handler(new IcmpEchoResponder(IpOffset.PLAIN))
                .bind(new TunAddress(args[0]))
                .sync()
                .channel();
        System.out.println("listening");
        tun.closeFuture().sync();
    }
}
