// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.tunloop.packet.PacketBatch;
import java.net.InetSocketAddress;

/** Sends each packet as a datagram; the packets of a batch, all of one size but the last, with one system call. */
final class TunToUdp extends ChannelInboundHandlerAdapter {
    /** The most segments of a send. Source: linux/udp.h, UDP_MAX_SEGMENTS of kernels before 6.9. */
    private static final int MAX_SEGMENTS = 64;

    private static final int MAX_PAYLOAD_BYTES = 65_507;

    private final Channel udp;
    private final InetSocketAddress remote;

    TunToUdp(Channel udp, InetSocketAddress remote) {
        this.udp = udp;
        this.remote = remote;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof PacketBatch batch) {
            sendBatch(batch);
            batch.release();
        } else {
            udp.write(new DatagramPacket((ByteBuf) message, remote), promise());
        }
    }

    private void sendBatch(PacketBatch batch) {
        int segmentBytes = batch.packetBytes(0);
        int most = Math.min(MAX_SEGMENTS, MAX_PAYLOAD_BYTES / segmentBytes);
        for (int from = 0; from < batch.size(); from += most) {
            int to = Math.min(batch.size(), from + most);
            CompositeByteBuf datagrams = udp.alloc().compositeDirectBuffer(to - from);
            for (int i = from; i < to; i++) {
                datagrams.addComponent(true, batch.retainedPacket(i));
            }
            udp.write(new SegmentedDatagramPacket(datagrams, segmentBytes, remote), promise());
        }
    }

    private ChannelPromise promise() {
        return udp.unsafe().voidPromise(); // A datagram may get lost anyway.
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        udp.flush();
        // A socket that is full lets the device's own queue fill; UdpToTun reads on when it has room again.
        if (!udp.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }
}
