// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.packet.IpHeader;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;

/**
 * A forwarder that runs a handler of your own on every packet from the first device to the second: this one drops all
 * protocols but one.
 *
 * <pre>
 * tun11 ─► TunChannel ─► OnlyProtocol ─► Relay ─► TunChannel ─► tun22
 * </pre>
 */
public final class HandlerInTheMiddle {
    private HandlerInTheMiddle() {}

    /** Opens both devices and forwards until the forwarder is closed. */
    public static Forwarder start(TunDeviceConfig device1, TunDeviceConfig device2, int protocol) throws IOException {
        ForwardMode mode = ForwardMode.of("async-normal").orElseThrow();
        Forwarder forwarder = Forwarder.open(
                ForwarderConfig.builder(mode).device1(device1).device2(device2).build());
        forwarder.directions().get(0).addFirst("only", new OnlyProtocol(protocol));
        forwarder.start();
        return forwarder;
    }

    /** Drops IPv4 packets of other protocols, and everything that is not IPv4. */
    private static final class OnlyProtocol extends ChannelInboundHandlerAdapter {
        private final int protocol;

        OnlyProtocol(int protocol) {
            this.protocol = protocol;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf packet = (ByteBuf) message;
            if (IpHeader.version(packet, 0) == 4 && IpHeader.v4Protocol(packet, 0) == protocol) {
                ctx.fireChannelRead(packet);
            } else {
                packet.release();
            }
        }
    }
}
