// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.CWR;
import static io.tunloop.packet.TransportHeader.ECE;
import static io.tunloop.packet.TransportHeader.PSH;
import static io.tunloop.packet.TransportHeader.SYN;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.TransportHeader;
import io.tunloop.packet.VirtioNetHeader;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A remote TCP client that makes a server send the worst that a stranger can make it send: frames of 64 KiB in segments of
 * 48 bytes, each with ECE. It needs no rights for that, only a TCP of its own.
 *
 * <pre>
 * client                                             server
 * SYN, ECE, CWR, MSS 48, window scale  ───────────►
 *                                      ◄───────────  SYN, ACK, ECE
 * ACK; one byte, marked CE             ───────────►
 *                                      ◄───────────  data with ECE, for the client never sends CWR
 * ACK, window of 1 GiB                 ───────────►
 *                                      ◄───────────  more of it at once, up to 1,365 segments a frame
 * </pre>
 */
public final class EcnClient implements AutoCloseable {
    private static final String NAME = "peer0";
    private static final String GATEWAY = "10.0.9.1";
    private static final String ADDRESS = "10.0.9.2";
    private static final int FIRST_PORT = 40_000;
    private static final int CONGESTION_EXPERIENCED = 3;
    private static final int QUEUE_LENGTH = 10_000;
    private static final int SEGMENT_BYTES = 48;
    private static final int INTERVAL_MS = 5;
    private static final int FIRST_WINDOW = 1_000;
    private static final int MAX_WINDOW = 0xffff;
    // MSS 48, no-operation, window scale 14: the least and the most that a kernel takes.
    private static final byte[] OPTIONS = {2, 4, 0, 48, 1, 3, 3, 14};

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
    private final TunChannel channel;
    private final Connection[] connections;
    private final int serverPort;
    // Written by the event loop, read by the test.
    private final AtomicLong bytesWithEce = new AtomicLong();

    /** Connects so many times to the second host. */
    public EcnClient(TwoHosts hosts, int serverPort, int connectionCount) throws TunException {
        this.serverPort = serverPort;
        connections = new Connection[connectionCount];
        Arrays.setAll(connections, i -> new Connection(FIRST_PORT + i));
        channel = TunTransport.EPOLL.newChannel(TunDevice.open(TunDeviceConfig.builder()
                .name(NAME)
                .netns(hosts.host1().name())
                .address(InterfaceAddress.of(GATEWAY, 24))
                .txQueueLength(QUEUE_LENGTH)
                .offloads(Offload.all())
                .build()));
        hosts.host1().run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        hosts.host2().run("sysctl", "-qw", "net.ipv4.tcp_ecn=1", "net.ipv4.tcp_congestion_control=reno");
        hosts.host2().run("ip", "route", "add", ADDRESS + "/32", "dev", "tun22");
        channel.pipeline().addLast(new Receiver());
        loop.register(channel).syncUninterruptibly();
        channel.eventLoop().execute(this::connect);
    }

    private void connect() {
        for (Connection connection : connections) {
            connection.send(packet -> packet.flags(SYN | ECE | CWR).ack(0).tcpOptions(OPTIONS));
        }
        channel.flush();
        channel.eventLoop().scheduleAtFixedRate(this::hurry, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    }

    private void hurry() {
        for (Connection connection : connections) {
            connection.acknowledgeAhead();
        }
        channel.flush();
    }

    /** The payload received so far in segments with ECE. */
    public long bytesWithEce() {
        return bytesWithEce.get();
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Receiver extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
            int ip = frame.readerIndex() + VirtioNetHeader.BYTES;
            if (IpHeader.version(frame, ip) != 4 || IpHeader.v4Protocol(frame, ip) != IpHeader.PROTOCOL_TCP) {
                return;
            }
            int tcp = ip + IpHeader.V4_BYTES;
            int connection = TransportHeader.destinationPort(frame, tcp) - FIRST_PORT;
            if (connection >= 0 && connection < connections.length) {
                int payload = frame.writerIndex() - tcp - TransportHeader.tcpHeaderBytes(frame, tcp);
                connections[connection].receive(
                        TransportHeader.tcpFlags(frame, tcp), TransportHeader.tcpSequence(frame, tcp), payload);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            for (Connection connection : connections) {
                connection.acknowledge();
            }
            ctx.flush();
        }
    }

    /** One connection; the event loop only. */
    private final class Connection {
        private final int port;
        private int sequence = 1;
        private int expected;
        private int window = FIRST_WINDOW;
        private boolean established;
        private boolean owesAck;

        Connection(int port) {
            this.port = port;
        }

        void receive(int flags, int serverSequence, int payloadBytes) {
            if ((flags & SYN) != 0 && !established) {
                established = true;
                expected = serverSequence + 1;
                sequence++;
                send(packet -> packet.flags(ACK | PSH).payload(1).tos(CONGESTION_EXPERIENCED));
                sequence++;
            } else if (payloadBytes > 0) {
                if ((flags & ECE) != 0) {
                    bytesWithEce.lazySet(bytesWithEce.get() + payloadBytes);
                }
                // What was lost on the way is acknowledged too: the server is to know of no reason to slow down.
                int end = serverSequence + payloadBytes;
                expected = end - expected > 0 ? end : expected;
                owesAck = true;
            }
        }

        void acknowledge() {
            if (owesAck) {
                owesAck = false;
                send(packet -> packet.flags(ACK));
                acknowledgeAhead();
            }
        }

        /** What is on the way, or is not even sent yet: to a server that has sent it, the way looks short and wide. */
        void acknowledgeAhead() {
            for (int segments = 10; established && segments <= 10_000; segments *= 10) {
                int ahead = expected + segments * SEGMENT_BYTES;
                send(packet -> packet.flags(ACK).ack(ahead));
            }
        }

        private void send(UnaryOperator<PacketSpec> change) {
            PacketSpec packet = Packets.tcp4()
                    .source(ADDRESS)
                    .destination(TwoHosts.ADDRESS_2)
                    .ports(port, serverPort)
                    .sequence(sequence)
                    .ack(expected)
                    .window(Math.min(MAX_WINDOW, window++));
            channel.write(change.apply(packet).plainFrame());
        }
    }
}
