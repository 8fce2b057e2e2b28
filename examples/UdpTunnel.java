// SPDX-License-Identifier: Apache-2.0
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.tunloop.channel.EpollTunChannel;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Offload;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.PacketBatch;
import io.tunloop.relay.Relay;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One end of a tunnel: each IP packet from the TUN device travels in a UDP datagram of its own to the other end, behind a
 * header of 4 bytes that is written in the room in front of it. Packets are not copied. No encryption, so for a trusted
 * network only.
 *
 * <pre>
 *          offload: a frame of up to 64 KiB                  offload: many datagrams in one system call (UDP GSO)
 * tun0 ─► TunChannel ─► GsoSplitter ─► Encapsulation ─► Relay ─► EpollDatagramChannel ─► network
 *      ◄─            ◄─ GroCoalescer ◄─ Relay (decapsulate) ◄─                        ◄─   (UDP GRO)
 *
 * sudo ip netns add left; sudo ip netns add right
 * sudo ip -n left link add eth0 type veth peer name eth0 netns right
 * sudo ip -n left addr add 192.0.2.1/24 dev eth0; sudo ip -n left link set eth0 up
 * sudo ip -n right addr add 192.0.2.2/24 dev eth0; sudo ip -n right link set eth0 up
 * sudo ip netns exec left scripts/example UdpTunnel tun0 10.9.0.1/24 192.0.2.1 192.0.2.2 4789 true
 * sudo ip netns exec right scripts/example UdpTunnel tun0 10.9.0.2/24 192.0.2.2 192.0.2.1 4789 true   # another terminal
 * sudo ip netns exec left ping 10.9.0.2                                                               # a third one
 * sudo ip netns del left; sudo ip netns del right                                                     # when all is seen
 * </pre>
 */
public final class UdpTunnel {
    private static final int INNER_MTU = 1400;
    private static final int MAX_DATAGRAM_BYTES = 65_535;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    /** 16 bits of zero flags behind version 0 and the protocol of what follows, as in Generic UDP Encapsulation. */
    private static final int HEADER_BYTES = 4;

    private static final int IPV4 = 4;
    private static final int IPV6 = 41;
    private static final int PROTOCOL_SHIFT = 16;

    private UdpTunnel() {}

    /** Arguments: device, its address with prefix length, own host, other host, port of both, whether to offload. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 6) {
            System.err.println("usage: UdpTunnel DEVICE ADDRESS/PREFIX OWN-HOST OTHER-HOST PORT true|false");
            System.exit(2);
        }
        int port = Integer.parseInt(args[4]);
        boolean offload = Boolean.parseBoolean(args[5]);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        Channel tun = openTun(loops, args[0], args[1], offload);
        Channel udp = openUdp(tun, new InetSocketAddress(args[2], port), offload);
        var remote = new InetSocketAddress(args[3], port);
        tun.pipeline().addLast(new Encapsulation(remote), new Relay(udp));
        tun.config().setAutoRead(true);
        System.out.println("listening");
        tun.closeFuture().sync();
        loops.shutdownGracefully();
    }

    private static Channel openTun(EventLoopGroup loops, String name, String address, boolean offload)
            throws InterruptedException {
        return new Bootstrap()
                .group(loops)
                .channel(EpollTunChannel.class)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(address)))
                .option(TunChannelOption.TUN_MTU, INNER_MTU)
                .option(TunChannelOption.TUN_OFFLOADS, offload ? Offload.all() : Offload.none())
                .option(TunChannelOption.TUN_READ_HEADROOM, HEADER_BYTES)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInitializer<TunChannel>() {
                    @Override
                    protected void initChannel(TunChannel tun) {
                        if (offload) {
                            tun.pipeline().addLast(new GsoSplitter(GsoSplitter.Output.BATCHES), new GroCoalescer());
                        }
                    }
                })
                .bind(new TunAddress(name))
                .sync()
                .channel();
    }

    /** On the event loop of the TUN channel: a relay hands over between channels of one loop. */
    private static Channel openUdp(Channel tun, InetSocketAddress local, boolean offload) throws InterruptedException {
        return new Bootstrap()
                .group(tun.eventLoop())
                .channel(EpollDatagramChannel.class)
                .option(EpollChannelOption.UDP_GRO, offload)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES))
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .handler(new Relay(tun, UdpTunnel::decapsulate))
                .bind(local)
                .sync()
                .channel();
    }

    /** The packet in a datagram; null for one that is none of ours. */
    private static ByteBuf decapsulate(Object datagram) {
        ByteBuf packet = ((DatagramPacket) datagram).content();
        int header = packet.readableBytes() > HEADER_BYTES ? packet.readInt() : 0;
        if (header == IPV4 << PROTOCOL_SHIFT || header == IPV6 << PROTOCOL_SHIFT) {
            return packet;
        }
        packet.release();
        return null;
    }

    /** Makes datagrams of packets; of a batch, whose packets are all of one size but the last, as few sends as the kernel takes. */
    private static final class Encapsulation extends ChannelInboundHandlerAdapter {
        /** The most segments of a send. Source: linux/udp.h, UDP_MAX_SEGMENTS of kernels before 6.9. */
        private static final int MAX_SEGMENTS = 64;

        private static final int MAX_PAYLOAD_BYTES = 65_507;

        private final InetSocketAddress remote;

        Encapsulation(InetSocketAddress remote) {
            this.remote = remote;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof PacketBatch batch) {
                encapsulate(ctx, batch);
                batch.release();
            } else {
                ByteBuf packet = (ByteBuf) message;
                packet.readerIndex(packet.readerIndex() - HEADER_BYTES);
                putHeader(packet, packet.readerIndex());
                ctx.fireChannelRead(new DatagramPacket(packet, remote));
            }
        }

        /** One buffer a send: | header | packet | header | packet | ..., and every header in the room of its packet. */
        private void encapsulate(ChannelHandlerContext ctx, PacketBatch batch) {
            int datagramBytes = batch.strideBytes();
            int most = Math.min(MAX_SEGMENTS, Math.max(1, MAX_PAYLOAD_BYTES / datagramBytes));
            for (int from = 0; from < batch.size(); from += most) {
                int count = Math.min(most, batch.size() - from);
                ByteBuf datagrams = batch.retainedPackets(from, count);
                for (int i = 0; i < count; i++) {
                    putHeader(datagrams, i * datagramBytes);
                }
                ctx.fireChannelRead(new SegmentedDatagramPacket(datagrams, datagramBytes, remote));
            }
        }

        private static void putHeader(ByteBuf datagram, int index) {
            int protocol = IpHeader.version(datagram, index + HEADER_BYTES) == 4 ? IPV4 : IPV6;
            datagram.setInt(index, protocol << PROTOCOL_SHIFT);
        }
    }
}
