// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/** Writes what each datagram carries to the TUN device, which shares its event loop. */
final class UdpToTun extends ChannelInboundHandlerAdapter {
    private Channel tun;

    /** Before anything is read. */
    void writeTo(Channel tun) {
        this.tun = tun;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        tun.write(((DatagramPacket) message).content(), tun.unsafe().voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        tun.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            tun.config().setAutoRead(true);
        }
    }
}
