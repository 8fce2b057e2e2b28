// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it brings to merge packets that all have the same IPv4 ID, per packet, the kernel's part included; for root.
 *
 * <pre>
 * INCREASING            45 packets, one ID ─► coalesce ─► 45 writes to the device
 * INCREASING_OR_FIXED   45 packets, one ID ─► coalesce, 45 compared and summed ─► 1 write
 * </pre>
 *
 * <p>The kernel forwards nothing: it drops what it gets, as there is no route.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class FixedIdBenchmark {
    private static final int PACKETS = 45;
    private static final int BURSTS = 100;

    @Param
    private GroCoalescer.Ids ids;

    private final List<ByteBuf> packets = new ArrayList<>();
    private NetNamespace namespace;
    private EventLoopGroup loop;
    private Channel channel;

    @Setup
    public void open() throws Exception {
        PacketSpec packet = Packets.tcp4(ACK, 1_448, 1).timestamp(7).id(1);
        for (int i = 0; i < PACKETS; i++, packet = packet.next().id(1)) {
            packets.add(packet.build());
        }
        namespace = NetNamespace.create();
        loop = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
        channel = TunTransport.EPOLL.newChannel(TunDevice.open(TunDeviceConfig.builder()
                .netns(namespace.name())
                .offloads(Offload.all())
                .build()));
        channel.pipeline().addLast(new GroCoalescer(ids));
        loop.register(channel).sync();
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS * BURSTS)
    public void write() throws Exception {
        loop.submit(() -> {
                    for (int i = 0; i < BURSTS; i++) {
                        packets.forEach(packet ->
                                channel.write(packet.retain(), channel.unsafe().voidPromise()));
                        channel.flush();
                    }
                })
                .sync();
    }

    @TearDown
    public void close() {
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        namespace.close();
        packets.forEach(ByteBuf::release);
    }
}
