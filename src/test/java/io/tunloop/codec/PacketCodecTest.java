// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.PSH;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packets as typed messages, and a codec of one's own. */
class PacketCodecTest {
    private static IpPacket decode(EmbeddedChannel channel, byte[] bytes) {
        channel.writeInbound(Packets.direct(bytes));
        return channel.readInbound();
    }

    @Test
    void shouldNameTheFieldsOfTcpOverIpv4() {
        var channel = new EmbeddedChannel(PacketCodec.ip());
        byte[] bytes = Packets.tcp4(ACK | PSH, 100, 1).timestamp(9).bytes();

        IpPacket packet = decode(channel, bytes);

        assertThat(packet.version()).isEqualTo(4);
        assertThat(packet.protocol()).isEqualTo(6);
        assertThat(packet.isTcp()).isTrue();
        assertThat(packet.source().getHostAddress()).isEqualTo("10.0.1.1");
        assertThat(packet.destination().getHostAddress()).isEqualTo("10.0.2.1");
        assertThat(packet.sourcePort()).isEqualTo(1000);
        assertThat(packet.destinationPort()).isEqualTo(2000);
        assertThat(packet.transportOffset()).isEqualTo(20);
        assertThat(packet.payloadBytes()).isEqualTo(100);
        assertThat(packet.payloadOffset()).isEqualTo(bytes.length - 100);
        assertThat(ByteBufUtil.getBytes(packet.payload()))
                .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 100, bytes.length));
        var address = new byte[4];
        packet.copyDestination(address);
        assertThat(address).containsExactly(10, 0, 2, 1);
        packet.copySource(address);
        assertThat(address).containsExactly(10, 0, 1, 1);
        packet.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldNameTheFieldsOfUdpOverIpv6() {
        var channel = new EmbeddedChannel(PacketCodec.ip());

        IpPacket packet = decode(channel, Packets.udp6(33).bytes());

        assertThat(packet.version()).isEqualTo(6);
        assertThat(packet.isUdp()).isTrue();
        assertThat(packet.source().getHostAddress()).isEqualTo("fd00:1:0:0:0:0:0:1");
        assertThat(packet.destinationPort()).isEqualTo(2000);
        assertThat(packet.payloadOffset()).isEqualTo(48);
        assertThat(packet.payloadBytes()).isEqualTo(33);
        assertThat(packet).hasToString("IPv6 protocol 17 fd00:1::1 -> fd00:2::1, 81 bytes");
        packet.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldPassALaterFragmentWhosePayloadLooksLikeAnExtensionHeader() {
        var channel = new EmbeddedChannel(PacketCodec.ip());
        PacketSpec later = Packets.tcp6().ports(0x3cff, 0xffff).payload(40).fragmentHeader(0x00b8);

        IpPacket packet = decode(channel, later.afterExtension(60).bytes());

        assertThat(packet).isNotNull();
        assertThat(packet.transportOffset()).isEqualTo(48);
        assertThat(packet.sourcePort()).isEqualTo(IpPacket.NO_PORT);
        packet.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldHaveNoPortsInALaterFragment() {
        var channel = new EmbeddedChannel(PacketCodec.ip());

        IpPacket packet = decode(channel, Packets.udp4(64).fragment(0x00b9).bytes());

        assertThat(packet.isFragment()).isTrue();
        assertThat(packet.sourcePort()).isEqualTo(IpPacket.NO_PORT);
        assertThat(packet.payloadOffset()).isEqualTo(20);
        packet.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldWriteTheSameBytesThatItRead() {
        var channel = new EmbeddedChannel(PacketCodec.ip());
        byte[] bytes = Packets.tcp4(ACK, 100, 1).bytes();
        ByteBuf read = Packets.direct(bytes);
        channel.writeInbound(read);

        channel.writeOutbound(channel.<IpPacket>readInbound());

        ByteBuf written = channel.readOutbound();
        assertThat(written).isSameAs(read);
        assertThat(written.refCnt()).isEqualTo(1);
        assertThat(Packets.take(written)).isEqualTo(bytes);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldUseAReleasedPacketAgain() {
        var channel = new EmbeddedChannel(PacketCodec.ip());
        IpPacket first = decode(channel, Packets.tcp4(ACK, 1, 1).bytes());
        first.release();

        IpPacket second = decode(channel, Packets.udp4(7).bytes());

        assertThat(second).isSameAs(first);
        assertThat(second.isUdp()).isTrue();
        second.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldForwardWhatTheSenderPutBehindThePacket() {
        var channel = new EmbeddedChannel(PacketCodec.ip());
        byte[] bytes = Packets.udp4(30).trailing(7).bytes();

        IpPacket packet = decode(channel, bytes);

        assertThat(packet.lengthBytes()).isEqualTo(bytes.length - 7);
        assertThat(ByteBufUtil.getBytes(packet.payload()))
                .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 37, bytes.length - 7));
        channel.writeOutbound(packet);
        assertThat(Packets.take(channel.readOutbound())).isEqualTo(bytes);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldDropAndCountWhatIsNoIpPacket() {
        PacketCodec<IpPacket> codec = PacketCodec.ip();
        var channel = new EmbeddedChannel(codec);
        byte[] whole = Packets.tcp4(ACK, 100, 1).bytes();
        List<byte[]> bad = List.of(
                new byte[0], new byte[19], new byte[40], Arrays.copyOf(whole, whole.length - 1), tcpOffset(whole));

        for (byte[] bytes : bad) {
            ByteBuf packet = Packets.direct(bytes);
            assertThat(channel.writeInbound(packet)).isFalse();
            assertThat(packet.refCnt()).isZero();
        }

        assertThat(codec.dropped()).isEqualTo(bad.size());
        assertThat(channel.finish()).isFalse();
    }

    /** A TCP header that says that it is longer than the packet. */
    private static byte[] tcpOffset(byte[] packet) {
        byte[] bytes = Arrays.copyOf(packet, 44);
        bytes[3] = 44;
        bytes[32] = (byte) 0xf0;
        return bytes;
    }

    @Test
    void shouldMakeOnePacketOfEachOfABatch() {
        var channel = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES), PacketCodec.ip());
        PacketSpec whole = Packets.tcp4(ACK, 250, 1);

        channel.writeInbound(whole.frame(100));

        for (int payload : new int[] {100, 100, 50}) {
            IpPacket packet = channel.readInbound();
            assertThat(packet.payloadBytes()).isEqualTo(payload);
            packet.release();
        }
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldKeepABatchTogetherInBatchMode() {
        var channel = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES), PacketCodec.ipBatches());
        channel.writeInbound(Packets.tcp4(ACK, 250, 1).frame(100));
        IpPacketBatch batch = channel.readInbound();
        assertThat(batch.size()).isEqualTo(3);
        IpPacket last = batch.retainedIpPacket(2);
        assertThat(last.destinationPort()).isEqualTo(2000);
        assertThat(last.payloadBytes()).isEqualTo(50);
        last.release();

        channel.writeOutbound(batch);

        SplitFrame written = channel.readOutbound();
        assertThat(batch.refCnt()).isZero();
        assertThat(written.release()).isTrue();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldPassMessagesOfOtherTypes() {
        var channel = new EmbeddedChannel(PacketCodec.ip());
        channel.writeInbound("in");
        channel.writeOutbound("out");
        assertThat(channel.<String>readInbound()).isEqualTo("in");
        assertThat(channel.<String>readOutbound()).isEqualTo("out");
        assertThat(channel.finish()).isFalse();
    }

    /** A message of an embedder's own: what an echo request asks for. */
    private record Ping(int id, int sequence, ByteBuf packet) {}

    /** A codec of an embedder's own, which knows echo requests and drops everything else. */
    private static final class PingFormat implements PacketFormat<Ping> {
        private static final int ICMP_OFFSET = 20;

        @Override
        public Class<Ping> type() {
            return Ping.class;
        }

        @Override
        public Ping decode(ByteBuf packet) {
            boolean echo = packet.getByte(9) == 1 && packet.getByte(ICMP_OFFSET) == 8;
            if (!echo) {
                packet.release();
                return null;
            }
            return new Ping(packet.getUnsignedShort(ICMP_OFFSET + 4), packet.getUnsignedShort(ICMP_OFFSET + 6), packet);
        }

        @Override
        public ByteBuf encode(Ping ping) {
            return ping.packet().setShort(ICMP_OFFSET + 6, ping.sequence());
        }
    }

    @Test
    void shouldTakeACodecOfTheUsersOwn() {
        var codec = new PacketCodec<>(new PingFormat());
        var channel = new EmbeddedChannel(codec);
        ByteBuf echo = Packets.direct(new byte[28])
                .setByte(9, 1)
                .setByte(20, 8)
                .setShort(24, 17)
                .setShort(26, 5);
        channel.writeInbound(echo);
        Ping ping = channel.readInbound();
        assertThat(ping.id()).isEqualTo(17);
        assertThat(ping.sequence()).isEqualTo(5);

        channel.writeOutbound(new Ping(ping.id(), 6, ping.packet()));

        ByteBuf written = channel.readOutbound();
        assertThat(written.getUnsignedShort(26)).isEqualTo(6);
        written.release();
        assertThat(channel.writeInbound(Packets.udp4(1).build())).isFalse();
        assertThat(codec.dropped()).isEqualTo(1);
        assertThat(channel.finish()).isFalse();
    }
}
