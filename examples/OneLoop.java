// SPDX-License-Identifier: Apache-2.0
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.tunloop.channel.EpollTunChannel;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.handler.IcmpEchoResponder;
import io.tunloop.handler.IpOffset;
import java.util.List;

/**
 * A TUN device, a UDP socket and a TCP server on one event loop: pings to 10.7.0.0/24 are answered, and TCP port 7000 tells
 * how many packets that were, as does UDP port 7000. Nothing is locked: one thread does it all.
 *
 * <pre>
 * sudo scripts/example OneLoop
 * ping -c3 10.7.0.9; nc 10.7.0.1 7000; echo | nc -u -w1 10.7.0.1 7000         # in another terminal
 * </pre>
 */
public final class OneLoop {
    private OneLoop() {}

    public static void main(String[] args) throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        EventLoop loop = loops.next();
        TunChannel tun = (TunChannel) new Bootstrap()
                .group(loop)
                .channel(EpollTunChannel.class)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24")))
                .handler(new IcmpEchoResponder(IpOffset.PLAIN))
                .bind(new TunAddress("tun0"))
                .sync()
                .channel();
        new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .handler(new UdpAnswer(tun))
                .bind("10.7.0.1", 7000)
                .sync();
        new ServerBootstrap()
                .group(loop) // Of the server and of all its connections.
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection.pipeline().addLast(new TcpAnswer(tun));
                    }
                })
                .bind("10.7.0.1", 7000)
                .sync();
        System.out.println("listening");
        tun.closeFuture().sync();
    }

    private static String packets(TunChannel tun) {
        return tun.counters().packetsRead() + " packets\n";
    }

    private static final class UdpAnswer extends SimpleChannelInboundHandler<DatagramPacket> {
        private final TunChannel tun;

        UdpAnswer(TunChannel tun) {
            this.tun = tun;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket question) {
            ctx.writeAndFlush(new DatagramPacket(ByteBufUtil.writeAscii(ctx.alloc(), packets(tun)), question.sender()));
        }
    }

    private static final class TcpAnswer extends ChannelInboundHandlerAdapter {
        private final TunChannel tun;

        TcpAnswer(TunChannel tun) {
            this.tun = tun;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), packets(tun)))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
