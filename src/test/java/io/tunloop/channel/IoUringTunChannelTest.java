// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.tunloop.device.TestDevices;
import io.tunloop.relay.Relay;
import io.tunloop.testing.WithoutLeakDetection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The channel of Netty's io_uring event loops. */
class IoUringTunChannelTest {
    @Nested
    class Reading extends ReadContract {
        Reading() {
            super(TunTransport.IO_URING);
        }
    }

    @Nested
    @ExtendWith(WithoutLeakDetection.class)
    class ReadingAsInProduction extends ReadContract {
        ReadingAsInProduction() {
            super(TunTransport.IO_URING);
        }
    }

    @Nested
    class Writing extends WriteContract {
        Writing() {
            super(TunTransport.IO_URING);
        }
    }

    @Nested
    class AsNettyTestsItsOwn extends NettySuiteContract {
        AsNettyTestsItsOwn() {
            super(TunTransport.IO_URING);
        }
    }

    @Nested
    class BesideSockets extends TunChannelContract {
        BesideSockets() {
            super(TunTransport.IO_URING);
        }

        @Test
        void shouldShareItsLoopWithASocketOfNetty() throws Exception {
            TunChannel channel = open();
            Channel udp = new Bootstrap()
                    .group(channel.eventLoop())
                    .channel(IoUringDatagramChannel.class)
                    .handler(new Relay(channel, datagram -> ((DatagramPacket) datagram).content()))
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            channel.pipeline()
                    .addFirst(new Relay(
                            udp,
                            packet -> new DatagramPacket((ByteBuf) packet, (InetSocketAddress) udp.localAddress())));
            for (int i = 0; i < 100; i++) {
                peer.send(TestDevices.packet(100, i));
                assertThat(peer.receive()).isEqualTo(TestDevices.packet(100, i));
            }
            udp.close().sync();
        }

        @Test
        void shouldLetTasksRunWhileItsDeviceIsNeverEmpty() throws Exception {
            var tasks = new AtomicInteger();
            TunChannel channel = open(config -> config.setReadBatch(1), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
                    ((ByteBuf) message).release();
                    peer.send(TestDevices.packet(10, 1)); // The next one, before this one is done with.
                }
            });
            peer.send(TestDevices.packet(10, 1));
            for (int i = 0; i < 100; i++) {
                channel.eventLoop().submit(tasks::incrementAndGet).sync();
            }
            assertThat(tasks).hasValue(100);
            assertThat(channel.counters().packetsRead()).isPositive();
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        Lifecycle() {
            super(TunTransport.IO_URING);
        }
    }
}
