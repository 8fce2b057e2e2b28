// SPDX-License-Identifier: Apache-2.0
package consumer.uring;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.tunloop.channel.IoUringTunChannel;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.handler.IcmpEchoResponder;
import io.tunloop.handler.IpOffset;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Answers the pings of a namespace and, on the same event loop, datagrams of this host with themselves, until there is no more
 * standard input. Prints the port of the latter.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory());
        TunChannel tun = (TunChannel) new Bootstrap()
                .group(loops)
                .channel(IoUringTunChannel.class)
                .option(TunChannelOption.TUN_NETNS, args[0])
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24")))
                .handler(new IcmpEchoResponder(IpOffset.PLAIN))
                .bind(new TunAddress("tun0"))
                .sync()
                .channel();
        var udp = new Bootstrap()
                .group(tun.eventLoop())
                .channel(IoUringDatagramChannel.class)
                .handler(new Echo())
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) udp.localAddress()).getPort());
        System.in.readAllBytes();
        tun.close().sync();
        loops.shutdownGracefully().sync();
    }

    private static final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket question) {
            ctx.writeAndFlush(new DatagramPacket(question.content().retain(), question.sender()));
        }
    }
}
