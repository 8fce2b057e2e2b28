// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.traffic.ChannelTrafficShapingHandler;
import io.tunloop.device.TestDevices;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What Netty's own transport suite (testsuite, io.netty.testsuite.transport) asks of its channels, for a channel of packets
 * that has no remote end. Tests of our own, after the meaning of these:
 *
 * <pre>
 * Netty's test                                   here
 * SocketAutoRead, SocketReadPending,             ReadContract: reads asked for with auto-read on and off, by any thread
 *   SocketDataReadInitialState
 * SocketExceptionHandling                        ReadContract.shouldGoOnAfterAHandlerHasThrown
 * SocketBufRelease, SocketCancelWrite            WriteContract: each promise kept, each buffer released once
 * SocketGatheringWrite, CompositeBuffer...,      WriteContract: heap, direct, composite, sliced buffers
 *   DatagramUnicast (simple sends)
 * SocketEcho, SocketFixedLengthEcho              CodecTrafficIT, ForwarderIT: every byte back in order, on real devices
 * SocketFileRegion                               WriteContract.shouldRefuseAndReleaseAFileRegion: no packet is a file
 * AbstractSocketReuseFd                          TunChannelIT.shouldRunOnADescriptorThatIsOpen
 * SocketChannelNotYetConnected                   LifecycleContract.shouldFailWritesBeforeItIsBound
 * SocketCloseForcibly, WriteBeforeRegistered,    this class
 *   SocketConditionalWritability,
 *   TrafficShapingHandler
 *
 * Not carried over, for a TUN device has none of it: connections and their failures (SocketConnect*, SocketRst,
 * SocketMultipleConnect, ServerSocketSuspend, SocketAddresses, DatagramConnectNotExists), half-close of a stream
 * (SocketHalfClosed, SocketShutdownOutput*), groups and senders of datagrams (DatagramMulticast*, the addresses of
 * DatagramUnicast*), empty datagrams (an empty packet is no packet), byte streams and what is built on them (SocketObjectEcho,
 * SocketStringEcho, SocketSpdyEcho, SocketSsl*, SocketStartTls), SCTP and UDT; and the event loops' own tests, for the loops
 * are Netty's (AbstractSingleThreadEventLoop, whose count of channels Netty's epoll loop does not keep either).
 * </pre>
 */
abstract class NettySuiteContract extends TunChannelContract {
    NettySuiteContract(TunTransport transport) {
        super(transport);
    }

    @Test
    void shouldCloseForciblyWithoutAnEventForItsHandlers() throws Exception {
        TunChannel channel = transport.newChannel(peer.device());
        channel.pipeline().addLast(recorder);
        channel.unsafe().closeForcibly();
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.device().isOpen()).isFalse();
        assertThat(recorder.hasError()).isFalse();
    }

    @Test
    void shouldRefuseAndReleaseAWriteBeforeItIsRegistered() {
        TunChannel channel = transport.newChannel(peer.device());
        ByteBuf packet = packet(10, 1);
        assertThatThrownBy(() -> channel.writeAndFlush(packet)).isInstanceOf(IllegalStateException.class);
        if (packet.refCnt() > 0) {
            packet.release(); // Netty throws before the channel has seen it.
        }
        channel.unsafe().closeForcibly();
    }

    @Test
    void shouldWriteAllOfAWriterThatPausesWhileItIsUnwritable() throws Exception {
        int packets = 500;
        open(config -> config.setWriteBufferWaterMark(new WriteBufferWaterMark(2_000, 8_000)), new Filler(packets));
        for (int i = 0; i < packets; i++) {
            assertThat(peer.receive()).isEqualTo(TestDevices.packet(100, i));
        }
    }

    /** Writes while the channel is writable, and goes on when it is so again. */
    private final class Filler extends ChannelInboundHandlerAdapter {
        private final int packets;
        private int written;

        Filler(int packets) {
            this.packets = packets;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            fill(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            fill(ctx);
        }

        private void fill(ChannelHandlerContext ctx) {
            while (written < packets && ctx.channel().isWritable()) {
                ctx.write(packet(100, written++));
            }
            ctx.flush();
        }
    }

    @Test
    void shouldPassEachPacketOnceThroughNettysTrafficShaping() throws Exception {
        ChannelTrafficShapingHandler shaping = new ChannelTrafficShapingHandler(0, 50_000, 100);
        TunChannel channel = open(config -> config.setReadBatch(4), shaping, recorder);
        for (int i = 0; i < 40; i++) {
            peer.send(TestDevices.packet(500, i));
        }
        for (int i = 0; i < 40; i++) {
            assertThat(nextRead()).isEqualTo(TestDevices.packet(500, i));
        }
        ChannelFuture write = channel.writeAndFlush(packet(10, 1));
        assertThat(write.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
    }
}
