// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.testing.Packets;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class IcmpEchoResponderTest {
    private static final String A = "10.0.0.1";
    private static final String B = "10.0.0.2";
    private static final String A6 = "fd00::1";
    private static final String B6 = "fd00::2";

    @Test
    void shouldAnswerBothVersionsWithTheRequestsOwnBytes() {
        assertAnswer(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(A, B, 8), Echo.v4(B, A, 0));
        assertAnswer(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v6(A6, B6, 128), Echo.v6(B6, A6, 129));
    }

    @Test
    void shouldAnswerOnAnOffloadedDeviceWithAnEmptyHeader() {
        ByteBuf header = Unpooled.directBuffer(10).writeZero(9).writeByte(7);
        ByteBuf request = joined(header, Echo.v4(A, B, 8));
        ByteBuf reply = joined(Unpooled.directBuffer(10).writeZero(10), Echo.v4(B, A, 0));
        assertAnswer(new IcmpEchoResponder(IpOffset.VIRTIO), request, reply);
    }

    @Test
    void shouldAnswerAReadOnlyRequestWithACopy() {
        ByteBuf request = Echo.v4(A, B, 8);
        var channel = new EmbeddedChannel(new IcmpEchoResponder(IpOffset.PLAIN));
        channel.writeInbound(request.asReadOnly());
        assertThat(Packets.take(channel.readOutbound())).isEqualTo(Packets.take(Echo.v4(B, A, 0)));
        assertThat(request.refCnt()).isZero();
        assertThat(channel.finish()).isFalse();
    }

    private static ByteBuf joined(ByteBuf header, ByteBuf packet) {
        header.writeBytes(packet);
        packet.release();
        return header;
    }

    private static void assertAnswer(ChannelHandler responder, ByteBuf request, ByteBuf reply) {
        var channel = new EmbeddedChannel(responder);
        assertThat(channel.writeInbound(request)).isFalse();
        ByteBuf answer = channel.readOutbound();
        assertThat(answer).isSameAs(request);
        assertThat(ByteBufUtil.hexDump(answer)).isEqualTo(ByteBufUtil.hexDump(reply));
        answer.release();
        reply.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldPassOnWhatIsNoRequestForIt() {
        InterfaceAddress prefix = InterfaceAddress.parse("10.0.0.2/32");
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN, prefix), Echo.v4(A, "10.0.0.3", 8));
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN, prefix), Echo.v6(A6, B6, 128));
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(A, B, 0));
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(A, B, 8, 0x2000));
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Packets.udp4(10).build());
        assertPassed(
                new IcmpEchoResponder(IpOffset.PLAIN), Unpooled.directBuffer(4).writeInt(0x45000000));
    }

    @Test
    void shouldAnswerNobodyWhoIsNotOneHost() {
        for (String notOne : new String[] {"224.0.0.1", "239.255.255.255", "255.255.255.255", "0.0.0.0", "127.0.0.1"}) {
            assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(A, notOne, 8));
            assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(notOne, B, 8));
        }
        for (String notOne : new String[] {"ff02::1", "ff0e::101", "::", "::1"}) {
            assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v6(A6, notOne, 128));
            assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v6(notOne, B6, 128));
        }
    }

    @Test
    void shouldAnswerTheHostsNextToThoseAddresses() {
        for (String host : new String[] {"223.255.255.255", "255.255.255.254", "126.255.255.255", "128.0.0.1"}) {
            assertAnswer(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(A, host, 8), Echo.v4(host, A, 0));
            assertAnswer(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v4(host, B, 8), Echo.v4(B, host, 0));
        }
        for (String host : new String[] {"fe80::1", "::2", "0:0:0:1::"}) {
            assertAnswer(new IcmpEchoResponder(IpOffset.PLAIN), Echo.v6(A6, host, 128), Echo.v6(host, A6, 129));
        }
    }

    @Test
    void shouldNotAnswerTheBroadcastAddressOfItsPrefix() {
        InterfaceAddress network = InterfaceAddress.parse("10.0.0.2/25");
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN, network), Echo.v4(A, "10.0.0.127", 8));
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN, network), Echo.v4("10.0.0.127", B, 8));
        assertAnswer(
                new IcmpEchoResponder(IpOffset.PLAIN, network),
                Echo.v4("10.0.0.255", "10.0.0.126", 8),
                Echo.v4("10.0.0.126", "10.0.0.255", 0));
        for (String pointToPoint : new String[] {"10.0.0.2/31", "10.0.0.3/32"}) {
            assertAnswer(
                    new IcmpEchoResponder(IpOffset.PLAIN, InterfaceAddress.parse(pointToPoint)),
                    Echo.v4(A, "10.0.0.3", 8),
                    Echo.v4("10.0.0.3", A, 0));
        }
    }

    @Test
    void shouldLeaveOptionsAlone() {
        ByteBuf request = Echo.v4(A, B, 8);
        request.setByte(0, 0x46); // The first four bytes of the echo header are an option now.
        assertPassed(new IcmpEchoResponder(IpOffset.PLAIN), request);
    }

    @Test
    void shouldFlushItsAnswersWhenItIsRemovedWithinABatch() {
        var responder = new IcmpEchoResponder(IpOffset.PLAIN);
        var channel = new EmbeddedChannel(responder);
        channel.pipeline().fireChannelRead(Echo.v4(A, B, 8));
        channel.pipeline().remove(responder);
        channel.pipeline().fireChannelReadComplete();
        assertThat(channel.<ByteBuf>readOutbound()).isNotNull().satisfies(ByteBuf::release);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldCountAnswersThatAreNotWritten() {
        var responder = new IcmpEchoResponder(IpOffset.PLAIN);
        var channel = new EmbeddedChannel(
                new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                        ReferenceCountUtil.release(message);
                        promise.setFailure(new IOException("the link is down"));
                    }
                },
                responder);
        channel.writeInbound(Echo.v4(A, B, 8), Echo.v6(A6, B6, 128));
        assertThat(responder.lost()).isEqualTo(2);
        assertThat(channel.finish()).isFalse();
    }

    private static void assertPassed(ChannelHandler responder, ByteBuf packet) {
        var channel = new EmbeddedChannel(responder);
        assertThat(channel.writeInbound(packet)).isTrue();
        ByteBuf passed = channel.readInbound();
        assertThat(passed).isSameAs(packet);
        passed.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldRefuseEthernet() {
        assertThatThrownBy(() -> new IcmpEchoResponder(IpOffset.ETHERNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ETHERNET");
    }
}
