// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.channel.TunTransport;
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
 * java ... PingResponder tun0 10.7.0.1/24
 * </pre>
 */
public final class PingResponder {
    private PingResponder() {}

    /** Arguments: device, address with prefix length. */
    public static void main(String[] args) throws InterruptedException {
        var loops = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
        var channel = new Bootstrap()
                .group(loops)
                .channelFactory(TunTransport.EPOLL::newChannel)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(args[1])))
                .handler(new IcmpEchoResponder(IpOffset.PLAIN))
                .bind(new TunAddress(args[0]))
                .sync()
                .channel();
        System.out.println("listening");
        channel.closeFuture().sync();
        loops.shutdownGracefully();
    }
}
