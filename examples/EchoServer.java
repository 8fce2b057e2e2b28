// SPDX-License-Identifier: Apache-2.0
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tunloop.channel.EpollTunChannel;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.TransportHeader;
import java.util.List;

/**
 * A UDP echo server on every address of a network and on every port, without a socket: packets go back as they came, with
 * both ends changed about. No address is translated, no connection is tracked, and no checksum changes.
 *
 * <pre>
 * client ─► kernel ─► tun0 ─► from A:x to B:y ──┐
 *        ◄─        ◄─      ◄─ from B:y to A:x ◄─┘
 *
 * sudo scripts/example EchoServer tun0 10.7.0.1/24
 * nc -u 10.7.0.9 4711                                     # in another terminal: what you type comes back
 * </pre>
 */
public final class EchoServer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf packet = (ByteBuf) message;
        if (isWholeUdp4(packet, packet.readerIndex())) {
            swapEnds(packet, packet.readerIndex());
            ctx.write(packet, ctx.channel().unsafe().voidPromise());
        } else {
            packet.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    private static boolean isWholeUdp4(ByteBuf packet, int start) {
        return packet.readableBytes() >= IpHeader.V4_BYTES + TransportHeader.UDP_BYTES
                && IpHeader.version(packet, start) == 4
                && IpHeader.v4HeaderBytes(packet, start) == IpHeader.V4_BYTES
                && IpHeader.v4Protocol(packet, start) == IpHeader.PROTOCOL_UDP
                && (IpHeader.v4Fragment(packet, start) & IpHeader.V4_FRAGMENT_MASK) == 0;
    }

    // One's complement sums do not mind the order of what they add.
    private static void swapEnds(ByteBuf packet, int start) {
        int source = packet.getInt(start + IpHeader.V4_SOURCE_OFFSET);
        packet.setInt(start + IpHeader.V4_SOURCE_OFFSET, packet.getInt(start + IpHeader.V4_DESTINATION_OFFSET));
        packet.setInt(start + IpHeader.V4_DESTINATION_OFFSET, source);
        int ports = packet.getInt(start + IpHeader.V4_BYTES);
        packet.setInt(start + IpHeader.V4_BYTES, Integer.rotateLeft(ports, Short.SIZE));
    }

    /** Arguments: device, address with prefix length. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: EchoServer DEVICE ADDRESS/PREFIX");
            System.exit(2);
        }
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Channel tun = new Bootstrap()
                .group(loops)
                .channel(EpollTunChannel.class)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(args[1])))
                .handler(new EchoServer())
                .bind(new TunAddress(args[0]))
                .sync()
                .channel();
        System.out.println("listening");
        tun.closeFuture().sync();
    }
}
