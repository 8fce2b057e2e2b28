// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.testing.Garbage;
import io.tunloop.testing.Packets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No handler makes garbage for a packet. */
class NoGarbageTest {
    private static final int PACKETS = 100_000;
    private static final int ICMP_TYPE = 20;
    private static final int ECHO_REQUEST = 8;

    @TempDir
    private static Path folder;

    private static Stream<ChannelHandler> handlers() {
        return Stream.of(
                new TrafficMeter(),
                PacketFilter.builder(IpOffset.PLAIN)
                        .allow(PacketMatch.any().from("10.0.0.0/9").toPort(9))
                        .build(PacketFilter.Verdict.ALLOW),
                new PcapngCapture(PcapngConfig.of(folder.resolve("a.pcapng")), IpOffset.PLAIN),
                new IcmpEchoResponder(IpOffset.PLAIN));
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void shouldMakeNoGarbageForAPacket(ChannelHandler handler) throws Exception {
        var channel = new EmbeddedChannel(new Swallow(), handler, new SwallowIn());
        ByteBuf source = handler instanceof IcmpEchoResponder
                ? Echo.v4("10.0.0.1", "10.0.0.2", 8)
                : Packets.udp4(100).build();
        ByteBuf packet =
                new UnpooledByteBufAllocator(true, true).directBuffer(200).writeBytes(source);
        source.release();
        assertThat(Garbage.bytesPerPacket(List.of(Thread.currentThread()), PACKETS, () -> pass(channel, packet)))
                .isLessThan(1.0);
        packet.release();
        channel.finish();
    }

    private static void pass(EmbeddedChannel channel, ByteBuf packet) {
        for (int i = 0; i < PACKETS; i++) {
            channel.pipeline().fireChannelRead(packet);
        }
    }

    /** Takes what would go to the device. */
    private static final class Swallow extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ((ByteBuf) message).setByte(ICMP_TYPE, ECHO_REQUEST); // A reply, which is to be a request again.
        }
    }

    private static final class SwallowIn extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {}
    }
}
