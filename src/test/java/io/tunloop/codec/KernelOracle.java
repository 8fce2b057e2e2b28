// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.Napi;
import io.tunloop.device.Offload;
import io.tunloop.device.PacketVector;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.internal.Addresses;
import io.tunloop.testing.Codec;
import io.tunloop.testing.NetNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * Asks the running kernel what its own GRO and GSO make of packets, in a network namespace of its own.
 *
 * <pre>
 *              plain, IFF_NAPI            offloaded                    plain
 * packets ─► napi0 ─ GRO ─ forward ─────► offload0 ─► merged frames
 *                                 frames ► offload0 ─ forward ─ GSO ─► plain0 ─► segments
 * </pre>
 *
 * <p>Forwarding takes one from TTL or hop limit.
 */
final class KernelOracle implements AutoCloseable {
    private static final int MTU_BYTES = 65_535;
    private static final int MAX_BATCH = 1024;
    private static final long TIMEOUT_MS = 1_000;
    private static final int IP_IN_RECEIVES = 3;

    private final NetNamespace namespace = NetNamespace.create();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
    private final PacketVector vector = new PacketVector(MAX_BATCH);
    private final TunDevice napi;
    private final TunDevice offloadWriter;
    private final Tap offload;
    private final Tap plain;

    KernelOracle() throws TunException {
        napi = TunDevice.open(TunDeviceConfig.builder()
                .name("napi0")
                .netns(namespace.name())
                .napi(Napi.ON)
                .up(false)
                .build());
        TunDeviceConfig.Builder config = TunDeviceConfig.builder()
                .netns(namespace.name())
                .mtuBytes(MTU_BYTES)
                .txQueueLength(10_000);
        TunDevice offloaded =
                TunDevice.open(config.name("offload0").offloads(Offload.all()).build());
        offloadWriter = offloaded.dup();
        offload = new Tap(offloaded);
        plain = new Tap(
                TunDevice.open(config.name("plain0").offloads(Offload.none()).build()));
        namespace.sh(String.join(
                " && ",
                "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1",
                "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0",
                "sysctl -qw net.ipv4.conf.napi0.rp_filter=0 net.ipv4.conf.offload0.rp_filter=0",
                "sysctl -qw net.ipv4.conf.all.accept_source_route=1 net.ipv4.conf.offload0.accept_source_route=1",
                "ip link set napi0 mtu " + MTU_BYTES,
                "echo 60000000 > /sys/class/net/napi0/gro_flush_timeout",
                "echo 3 > /sys/class/net/napi0/napi_defer_hard_irqs",
                "ethtool -K napi0 gro on rx-udp-gro-forwarding on",
                "ip link set napi0 up",
                "ip route add 10.0.2.0/24 dev offload0",
                "ip route add fd00:2::/64 dev offload0",
                "ip route add 10.0.3.0/24 dev plain0",
                "ip route add fd00:3::/64 dev plain0"));
    }

    /** What GRO makes of wire packets for 10.0.2.0/24 or fd00:2::/64: frames, until so many packets are in them. */
    List<byte[]> merge(List<byte[]> packets, int expectedPackets) throws TunException, InterruptedException {
        offload.clear();
        write(napi, packets);
        return offload.read(frame -> Codec.split(frame).size(), expectedPackets);
    }

    /** How many groups GRO makes of IPv4 packets for 10.0.2.0/24, by the kernel's own count of what comes in. */
    int groups(List<byte[]> packets) throws TunException, InterruptedException {
        int before = received();
        merge(packets, packets.size());
        return received() - before;
    }

    private int received() {
        String[] fields = namespace.sh("grep ^Ip: /proc/net/snmp | tail -n 1").split(" ");
        return Integer.parseInt(fields[IP_IN_RECEIVES]);
    }

    /** Writes a frame for anybody; returns what the kernel says: its length, or a negative errno. */
    int write(byte[] frame) throws TunException {
        ByteBuf buffer = Unpooled.directBuffer(frame.length).writeBytes(frame);
        vector.clear();
        vector.addPacket(Addresses.of(buffer, 0), frame.length);
        offloadWriter.write(vector);
        buffer.release();
        return vector.result(0);
    }

    /** What GSO makes of a frame for 10.0.3.0/24 or fd00:3::/64. */
    List<byte[]> split(byte[] frame, int expectedPackets) throws TunException, InterruptedException {
        plain.clear();
        write(offloadWriter, List.of(frame));
        return plain.read(packet -> 1, expectedPackets);
    }

    /** All in one native call, so that few jiffies pass: GRO gives up a group that is older than one. */
    private void write(TunDevice device, List<byte[]> packets) throws TunException {
        List<ByteBuf> buffers = new ArrayList<>();
        vector.clear();
        for (byte[] packet : packets) {
            ByteBuf buffer = Unpooled.directBuffer(packet.length).writeBytes(packet);
            buffers.add(buffer);
            vector.addPacket(Addresses.of(buffer, 0), packet.length);
        }
        int written = device.write(vector);
        buffers.forEach(ByteBuf::release);
        if (written != packets.size() || vector.result(written - 1) < 0) {
            throw new AssertionError("the kernel took " + written + " of " + packets.size() + " packets, the last with "
                    + vector.result(written - 1));
        }
    }

    @Override
    public void close() throws TunException {
        offload.channel.close().syncUninterruptibly();
        plain.channel.close().syncUninterruptibly();
        offloadWriter.close();
        napi.close();
        vector.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        namespace.close();
    }

    /** Collects what arrives at a device for the addresses of the test; the kernel's own packets are left out. */
    private final class Tap extends SimpleChannelInboundHandler<ByteBuf> {
        private final LinkedBlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
        private final int packetIndex;
        private final Channel channel;

        Tap(TunDevice device) {
            packetIndex = device.vnetHeaderBytes();
            channel = TunTransport.EPOLL.newChannel(device);
            channel.config().setAutoRead(false);
            channel.pipeline().addLast(this);
            loop.register(channel).syncUninterruptibly();
            channel.config().setAutoRead(true);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf packet) {
            if (isFromTest(packet, packet.readerIndex() + packetIndex)) {
                arrived.add(ByteBufUtil.getBytes(packet));
            }
        }

        private boolean isFromTest(ByteBuf packet, int index) {
            return packet.getUnsignedByte(index) >> 4 == 4
                    ? packet.getUnsignedShort(index + 12) == 0x0a00
                    : packet.getUnsignedShort(index + 8) == 0xfd00;
        }

        void clear() {
            arrived.clear();
        }

        List<byte[]> read(ToIntFunction<byte[]> packetsIn, int expectedPackets) throws InterruptedException {
            List<byte[]> all = new ArrayList<>();
            for (int packets = 0; packets < expectedPackets; ) {
                byte[] next = arrived.poll(TIMEOUT_MS, TimeUnit.MILLISECONDS);
                if (next == null) {
                    return all;
                }
                all.add(next);
                packets += packetsIn.applyAsInt(next);
            }
            return all;
        }
    }
}
