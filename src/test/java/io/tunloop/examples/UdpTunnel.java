// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.channel.TunTransport;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Offload;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.List;

/**
 * One end of a tunnel: each IP packet from the TUN device travels in a UDP datagram of its own to the other end. No
 * encryption, so for a trusted network only.
 *
 * <pre>
 *          offload: a frame of up to 64 KiB                 offload: many datagrams in one system call (UDP GSO)
 * tun0 ─► TunChannel ─► GsoSplitter ─► TunToUdp ─► EpollDatagramChannel ─► network
 *      ◄─            ◄─ GroCoalescer ◄─ UdpToTun ◄─                     ◄─   (UDP GRO)
 *
 * java ... UdpTunnel tun0 10.9.0.1/24 192.0.2.1 192.0.2.2 4789 true
 * </pre>
 */
public final class UdpTunnel {
    private static final int INNER_MTU = 1400;
    private static final int MAX_DATAGRAM_BYTES = 65_535;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private UdpTunnel() {}

    /** Arguments: device, its address with prefix length, own host, other host, port of both, whether to offload. */
    public static void main(String[] args) throws InterruptedException {
        boolean offload = Boolean.parseBoolean(args[5]);
        int port = Integer.parseInt(args[4]);
        var loops = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
        Channel udp = new Bootstrap()
                .group(loops)
                .channel(EpollDatagramChannel.class)
                .option(EpollChannelOption.UDP_GRO, offload)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES))
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new UdpToTun())
                .bind(new InetSocketAddress(args[2], port))
                .sync()
                .channel();
        Channel tun = new Bootstrap()
                .group(loops)
                .channelFactory(TunTransport.EPOLL::newChannel)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(args[1])))
                .option(TunChannelOption.TUN_MTU, INNER_MTU)
                .option(TunChannelOption.TUN_OFFLOADS, offload ? Offload.all() : EnumSet.noneOf(Offload.class))
                .option(ChannelOption.AUTO_READ, false)
                .handler(new TunToUdp(udp, new InetSocketAddress(args[3], port)))
                .bind(new TunAddress(args[0]))
                .sync()
                .channel();
        if (offload) {
            tun.pipeline().addFirst(new GsoSplitter(GsoSplitter.Output.BATCHES), new GroCoalescer());
        }
        udp.pipeline().get(UdpToTun.class).writeTo(tun);
        udp.config().setAutoRead(true);
        tun.config().setAutoRead(true);
        System.out.println("listening");
        tun.closeFuture().sync();
        loops.shutdownGracefully();
    }
}
