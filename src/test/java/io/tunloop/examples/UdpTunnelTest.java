// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import static io.tunloop.packet.TransportHeader.ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.testing.Codec;
import io.tunloop.testing.JavaSource;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.RoomyChannel;
import java.lang.reflect.Constructor;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tunnel of the examples does with packets before they are sent: nothing is copied for its header. */
class UdpTunnelTest {
    private static final int HEADER_BYTES = 4;
    private static final InetSocketAddress REMOTE = InetSocketAddress.createUnresolved("remote", 1);

    @TempDir
    private Path folder;

    private ChannelHandler encapsulation() throws Exception {
        JavaSource.compile(Path.of("examples/UdpTunnel.java"), folder);
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Constructor<?> constructor =
                    loader.loadClass("UdpTunnel$Encapsulation").getDeclaredConstructor(InetSocketAddress.class);
            constructor.setAccessible(true);
            return (ChannelHandler) constructor.newInstance(REMOTE);
        }
    }

    @Test
    void shouldPutTheHeaderInFrontOfAPacketWhereItLies() throws Exception {
        var channel = new RoomyChannel(HEADER_BYTES, 0).with(encapsulation());
        ByteBuf packet = Unpooled.directBuffer()
                .writeInt(-1)
                .writeBytes(Packets.udp4(100).bytes());
        packet.readerIndex(HEADER_BYTES);

        channel.writeInbound(packet);

        DatagramPacket datagram = channel.readInbound();
        assertThat(datagram.content()).isSameAs(packet);
        assertThat(packet.readerIndex()).isZero();
        assertThat(packet.getInt(0)).isEqualTo(4 << 16);
        datagram.release();
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void shouldSendThePacketsOfAFrameFromOneBuffer() throws Exception {
        PacketSpec whole = Packets.tcp4(ACK, 60_000, 1);
        List<byte[]> expected = Codec.split(Packets.take(whole.frame(1_000)));
        var channel =
                new RoomyChannel(HEADER_BYTES, 0).with(new GsoSplitter(GsoSplitter.Output.BATCHES), encapsulation());

        channel.writeInbound(whole.frame(1_000));

        List<byte[]> packets = new ArrayList<>();
        for (SegmentedDatagramPacket send = channel.readInbound(); send != null; send = channel.readInbound()) {
            assertThat(send.content().nioBufferCount()).as("spans").isOne();
            assertThat(send.content().readableBytes()).isLessThanOrEqualTo(65_507);
            take(send, packets);
        }
        assertThat(packets).containsExactlyElementsOf(expected);
        assertThat(channel.finish()).isFalse();
    }

    private static void take(SegmentedDatagramPacket send, List<byte[]> packets) {
        ByteBuf datagrams = send.content();
        while (datagrams.isReadable()) {
            ByteBuf datagram = datagrams.readSlice(Math.min(send.segmentSize(), datagrams.readableBytes()));
            assertThat(datagram.readInt()).isEqualTo(4 << 16);
            byte[] packet = new byte[datagram.readableBytes()];
            datagram.readBytes(packet);
            packets.add(packet);
        }
        send.release();
    }
}
