// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.channel.TunTransport;
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
 * java ... EchoServer tun0 10.7.0.1/24
 * </pre>
 */
public final class EchoServer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf packet = (ByteBuf) message;
        if (isWholeUdp4(packet)) {
            swapEnds(packet);
            ctx.write(packet, ctx.channel().unsafe().voidPromise());
        } else {
            ReferenceCountUtil.release(packet);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    private static boolean isWholeUdp4(ByteBuf packet) {
        return packet.readableBytes() >= IpHeader.V4_BYTES + TransportHeader.UDP_BYTES
                && IpHeader.version(packet, 0) == 4
                && IpHeader.v4HeaderBytes(packet, 0) == IpHeader.V4_BYTES
                && IpHeader.v4Protocol(packet, 0) == IpHeader.PROTOCOL_UDP
                && (IpHeader.v4Fragment(packet, 0) & IpHeader.V4_FRAGMENT_MASK) == 0;
    }

    // One's complement sums do not mind the order of what they add.
    private static void swapEnds(ByteBuf packet) {
        int source = packet.getInt(IpHeader.V4_SOURCE_OFFSET);
        packet.setInt(IpHeader.V4_SOURCE_OFFSET, packet.getInt(IpHeader.V4_DESTINATION_OFFSET));
        packet.setInt(IpHeader.V4_DESTINATION_OFFSET, source);
        int ports = packet.getInt(IpHeader.V4_BYTES);
        packet.setInt(IpHeader.V4_BYTES, Integer.rotateLeft(ports, Short.SIZE));
    }

    /** Arguments: device, address with prefix length. */
    public static void main(String[] args) throws InterruptedException {
        var loops = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
        var channel = new Bootstrap()
                .group(loops)
                .channelFactory(TunTransport.EPOLL::newChannel)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(args[1])))
                .handler(new EchoServer())
                .bind(new TunAddress(args[0]))
                .sync()
                .channel();
        System.out.println("listening");
        channel.closeFuture().sync();
        loops.shutdownGracefully();
    }
}
