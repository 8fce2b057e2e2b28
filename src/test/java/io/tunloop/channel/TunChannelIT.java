// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Napi;
import io.tunloop.device.Offload;
import io.tunloop.device.PacketRing;
import io.tunloop.device.Route;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.handler.IcmpEchoResponder;
import io.tunloop.handler.IpOffset;
import io.tunloop.packet.VirtioNetHeader;
import io.tunloop.testing.Await;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.Packets;
import io.tunloop.testing.RequiresTun;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A channel on a real device, bound as any Netty user would. */
@RequiresTun
@Timeout(60)
class TunChannelIT {
    /** What the kernel counts of the thread that reads it. Source: proc(5), /proc/pid/io. */
    private static final Path THREAD_IO = Path.of("/proc/thread-self/io");

    private final Recorder recorder = new Recorder();
    private final List<ChannelFuture> binds = new ArrayList<>();
    private NetNamespace namespace;
    private MultiThreadIoEventLoopGroup loops;

    @BeforeEach
    void createNamespace() {
        namespace = NetNamespace.create();
    }

    @AfterEach
    void closeAll() {
        binds.forEach(bind -> bind.channel().close().awaitUninterruptibly());
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        recorder.release();
        namespace.close();
    }

    private Bootstrap bootstrap(TunTransport transport, ChannelHandler handler) {
        assumeTrue(transport.isAvailable(), () -> String.valueOf(transport.unavailabilityCause()));
        if (loops == null) {
            loops = new MultiThreadIoEventLoopGroup(2, transport.ioHandlerFactory());
        }
        return new Bootstrap()
                .group(loops)
                .channelFactory(transport::newChannel)
                .option(TunChannelOption.TUN_NETNS, namespace.name())
                .handler(handler);
    }

    private TunChannel bind(Bootstrap bootstrap, String name) {
        ChannelFuture bind = bootstrap.bind(new TunAddress(name));
        binds.add(bind);
        return (TunChannel) bind.syncUninterruptibly().channel();
    }

    @ParameterizedTest
    @EnumSource
    void shouldBindWithItsOptions(TunTransport transport) {
        TunChannel channel = bind(
                bootstrap(transport, recorder)
                        .option(TunChannelOption.TUN_MTU, 9000)
                        .option(TunChannelOption.TUN_TX_QUEUE_LENGTH, 2000)
                        .option(TunChannelOption.TUN_OFFLOADS, Offload.all())
                        .option(
                                TunChannelOption.TUN_ADDRESSES,
                                List.of(InterfaceAddress.parse("10.7.0.1/24"), InterfaceAddress.parse("fd00:7::1/64"))),
                "tl0");
        assertThat(channel.localAddress()).isEqualTo(new TunAddress("tl0"));
        assertThat(channel.device().vnetHeaderBytes()).isEqualTo(10);
        assertThat(namespace.run("ip", "addr", "show", "tl0"))
                .contains("mtu 9000", "qlen 2000", "inet 10.7.0.1/24", "inet6 fd00:7::1/64", "LOWER_UP");
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveRoomAroundPacketsOnTheirWayThroughTheRing(TunTransport transport) {
        TunChannel channel = bind(
                bootstrap(transport, new EncapsulatingEcho())
                        .option(TunChannelOption.TUN_READ_HEADROOM, 20)
                        .option(TunChannelOption.TUN_READ_TAILROOM, 8)
                        .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24"))),
                "tl0");
        assertThat(channel.config().getOption(TunChannelOption.TUN_READ_HEADROOM))
                .isEqualTo(20);
        assertThat(channel.config().getOption(TunChannelOption.TUN_READ_TAILROOM))
                .isEqualTo(8);
        assertThat(channel.config().setOption(TunChannelOption.TUN_READ_TAILROOM, 9))
                .isFalse();
        // All at once: ping waits for the last answer as long as between two requests, or twice the longest so far.
        assertThat(namespace.run("ping", "-c20", "-l20", "-W2", "-s", "1400", "10.7.0.9"))
                .contains(" 0% packet loss");
    }

    /** Writes around each packet of a batch, and only then answers them. */
    private static final class EncapsulatingEcho extends ChannelInboundHandlerAdapter {
        private final List<ByteBuf> batch = new ArrayList<>();
        private final IcmpEchoResponder echo = new IcmpEchoResponder(IpOffset.PLAIN);

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.pipeline().addLast(echo);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf packet = (ByteBuf) message;
            int start = packet.readerIndex();
            packet.readerIndex(start - 20).setZero(start - 20, 20);
            packet.writeLong(-1);
            batch.add(packet);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            for (ByteBuf packet : batch) {
                ctx.fireChannelRead(packet.skipBytes(20).writerIndex(packet.writerIndex() - 8));
            }
            batch.clear();
            ctx.fireChannelReadComplete();
        }
    }

    /** The queue is empty then, and the poller has nothing to tell. */
    @ParameterizedTest
    @EnumSource
    void shouldGiveWhatWasReadAheadWhenReadingGoesOn(TunTransport transport) {
        answerAll(transport, channel -> {
            channel.config().setAutoRead(false);
            channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeWhatWasReadAheadToAnotherEventLoop(TunTransport transport) {
        var leaves = new AtomicBoolean(true);
        answerAll(transport, channel -> {
            if (leaves.getAndSet(false)) {
                channel.config().setAutoRead(false);
                channel.deregister()
                        .addListener(left -> loops.register(channel)
                                .addListener(registered -> channel.config().setAutoRead(true)));
            }
        });
    }

    /** Twenty packets wait when reading begins, and are read in batches of four, each along with the answers to the last. */
    private void answerAll(TunTransport transport, Consumer<Channel> afterEachBatch) {
        int packets = 20;
        var done = new CountDownLatch(1);
        // No packet but ours shall wake the poller.
        namespace.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        TunChannel channel = bind(
                bootstrap(transport, new EchoInBatches(ctx -> {
                            afterEachBatch.accept(ctx);
                            if (((TunChannel) ctx).counters().packetsWritten() == packets) {
                                done.countDown();
                            }
                        }))
                        .option(ChannelOption.AUTO_READ, false)
                        .option(TunChannelOption.TUN_READ_BATCH, 4)
                        .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24"))),
                "tl0");
        namespace.run("sh", "-c", "ping -q -c" + packets + " -l" + packets + " -w1 10.7.0.9 || true");
        assertThat(channel.counters().packetsRead()).isZero();
        channel.config().setAutoRead(true);
        Await.latch(done);
        if (PacketRing.isAvailable()) {
            assertThat(channel.counters().readCalls())
                    .isLessThan(channel.counters().readBatches());
        }
    }

    private static final class EchoInBatches extends ChannelInboundHandlerAdapter {
        private final Consumer<Channel> afterEach;

        EchoInBatches(Consumer<Channel> afterEach) {
            this.afterEach = afterEach;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.pipeline().addFirst(new IcmpEchoResponder(IpOffset.PLAIN));
        }

        /** The answers to the batch are written by now. */
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            afterEach.accept(ctx.channel());
            ctx.fireChannelReadComplete();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLetTheKernelNameItAndBindTheNameAgainAfterClose(TunTransport transport) throws Exception {
        TunChannel first = bind(bootstrap(transport, recorder), "");
        assertThat(first.localAddress().name()).isEqualTo("tun0");
        first.close().sync();
        TunChannel second = bind(bootstrap(transport, new ChannelInboundHandlerAdapter()), "tun0");
        assertThat(second.isActive()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadWhatWasAskedForBeforeItWasBound(TunTransport transport) throws Exception {
        TunChannel channel = transport.newChannel();
        channel.config().setOption(TunChannelOption.TUN_NETNS, namespace.name());
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(recorder);
        bootstrap(transport, new ChannelInboundHandlerAdapter());
        loops.register(channel).sync();
        channel.read();
        binds.add(channel.bind(new TunAddress("tl0")).sync());
        // The kernel's own router solicitation or multicast report, unless it says nothing: so something surely comes.
        namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "tl0");
        namespace.sh("ping -c1 -W1 10.7.0.2 || true");
        recorder.nextPacket().release();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunOnADescriptorThatIsOpen(TunTransport transport) throws Exception {
        TunDevice original = TunDevice.open(TunDeviceConfig.builder()
                .netns(namespace.name())
                .name("tl0")
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build());
        // As inherited from, or sent by, another process: nothing but the number is known of it.
        int fd = original.dup().fd();
        original.close();
        TunChannel channel = transport.newChannel(TunDevice.attach(fd));
        channel.pipeline().addLast(new IcmpEchoResponder(IpOffset.PLAIN));
        bootstrap(transport, new ChannelInboundHandlerAdapter());
        binds.add(loops.register(channel).sync());
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.localAddress()).isEqualTo(new TunAddress("tl0"));
        assertThat(namespace.run("ping", "-c2", "-i0.2", "-W2", "10.7.0.9")).contains(" 0% packet loss");
        channel.close().sync();
        assertThat(namespace.sh("ip link show tl0 2>&1 || true")).contains("does not exist");
    }

    @ParameterizedTest
    @EnumSource
    void shouldLetTheDeviceGoWhenItIsClosedRightAfterItHasLeftItsLoop(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        // On the loop, whose poller may not have let go of the descriptor yet: a device with a single queue would be in
        // use.
        var again = new CompletableFuture<Void>();
        channel.closeFuture().addListener(closed -> {
            try {
                TunDevice.open(channel.config().device().toBuilder().name("tl0").build())
                        .close();
                again.complete(null);
            } catch (TunException inUse) {
                again.completeExceptionally(inUse);
            }
        });
        channel.eventLoop().execute(() -> {
            channel.deregister();
            channel.close();
        });
        again.get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailToBindANameInUse(TunTransport transport) {
        bind(bootstrap(transport, recorder), "tl0");
        Bootstrap again = bootstrap(transport, new ChannelInboundHandlerAdapter());
        assertThatThrownBy(() -> again.bind(new TunAddress("tl0")).syncUninterruptibly())
                .isInstanceOf(TunException.class)
                .hasMessageContaining(
                        "EBUSY: tl0 is open in this very process; close it first, or choose another name");
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseWhenTheInterfaceIsDeleted(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        namespace.run("ip", "link", "delete", "tl0");
        assertThat(recorder.nextError()).isInstanceOf(TunException.class);
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldDropPacketsWhileTheLinkIsDownAndMalformedOnes(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        ChannelFuture malformed =
                channel.writeAndFlush(channel.alloc().directBuffer().writeZero(40));
        assertThat(malformed.await().cause())
                .isInstanceOf(PacketDroppedException.class)
                .hasMessageContaining("EINVAL");
        namespace.run("ip", "link", "set", "tl0", "down");
        ByteBuf packet = Packets.udp4(10).build();
        assertThat(channel.writeAndFlush(packet).await().cause())
                .isInstanceOf(PacketDroppedException.class)
                .hasMessageContaining("EIO");
        assertThat(channel.counters().droppedInvalid()).isEqualTo(1);
        assertThat(channel.counters().droppedDeviceDown()).isEqualTo(1);
        assertThat(channel.isActive()).isTrue();
    }

    /** Reads and writes by ring where there is one: what it has under way behind a refused packet would come too early. */
    @ParameterizedTest
    @EnumSource
    void shouldWriteThePartsOfARefusedPacketBeforeTheNextWithAVnetHeaderAlone(TunTransport transport) throws Exception {
        namespace.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        TunChannel channel = bind(
                bootstrap(transport, recorder)
                        .option(TunChannelOption.TUN_VNET_HEADER, true)
                        .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24"))),
                "tl0");
        assertThat(channel.config().getOption(TunChannelOption.TUN_VNET_HEADER)).isTrue();
        assertThat(channel.device().offloads()).isEmpty();
        channel.write(ping(channel, 1));
        channel.write(new TestGatheredPacket(ping(channel, 2), ping(channel, 3)).refuse());
        channel.write(ping(channel, 4));
        ByteBuf refused = ping(channel, 5).setByte(VirtioNetHeader.GSO_TYPE_OFFSET, VirtioNetHeader.GSO_TCPV4);
        channel.write(new TestGatheredPacket(refused, ping(channel, 6)).spans(1));
        channel.writeAndFlush(ping(channel, 7)).sync();

        for (int sequence : new int[] {1, 2, 3, 4, 6, 7}) {
            ByteBuf answer = recorder.nextPacket();
            assertThat(VirtioNetHeader.isClear(answer, 0)).isTrue();
            assertThat(answer.getUnsignedShort(VirtioNetHeader.BYTES + 26)).isEqualTo(sequence);
            answer.release();
        }
        assertThat(channel.counters().mergesRefused()).isEqualTo(2);
        assertThat(channel.counters().droppedInvalid()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteCompositesOfFewSpansInTheCallOfThePacketsAroundThem(TunTransport transport) throws Exception {
        assumeTrue(PacketRing.isAvailable(), "needs io_uring");
        assumeTrue(Files.exists(THREAD_IO), "needs a kernel that counts the calls of a thread");
        namespace.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        TunChannel channel = bind(
                bootstrap(transport, recorder)
                        .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24"))),
                "tl0");
        // Each packet has a span more than the one before, up to as many as share a call; and the next is a simple one.
        assertThat(writeSystemCalls(
                        channel, 2 * PacketRing.MAX_SPANS, sequence -> sequence % 2 == 0 ? 1 + sequence / 2 : 1))
                .isZero();
        assertThat(channel.counters().writeCalls()).isOne();
        assertThat(writeSystemCalls(channel, 3, sequence -> sequence == 1 ? PacketRing.MAX_SPANS + 1 : 1))
                .isOne();
        assertThat(channel.counters().writeCalls()).isEqualTo(1 + 3);
        assertThat(channel.counters().dropped()).isZero();
    }

    /** Writes pings of so many spans as one batch, and reads their answers. Returns the write(2) and writev(2) that it took. */
    private long writeSystemCalls(TunChannel channel, int packets, IntUnaryOperator spans) throws Exception {
        long calls = channel.eventLoop()
                .submit(() -> {
                    long before = writesOfThisThread();
                    for (int sequence = 0; sequence < packets; sequence++) {
                        channel.write(inSpans(
                                ping(channel, sequence).skipBytes(VirtioNetHeader.BYTES), spans.applyAsInt(sequence)));
                    }
                    channel.flush();
                    return writesOfThisThread() - before;
                })
                .sync()
                .getNow();
        for (int sequence = 0; sequence < packets; sequence++) {
            ByteBuf answer = recorder.nextPacket();
            assertThat(answer.getUnsignedShort(26)).isEqualTo(sequence);
            answer.release();
        }
        return calls;
    }

    /** All but the last of one byte. */
    private static ByteBuf inSpans(ByteBuf packet, int spans) {
        CompositeByteBuf composite = packet.alloc().compositeDirectBuffer();
        for (int i = 1; i < spans; i++) {
            composite.addComponent(true, packet.readRetainedSlice(1));
        }
        return composite.addComponent(true, packet);
    }

    private static long writesOfThisThread() throws IOException {
        for (String line : Files.readAllLines(THREAD_IO)) {
            if (line.startsWith("syscw: ")) {
                return Long.parseLong(line.substring("syscw: ".length()));
            }
        }
        throw new IllegalStateException(THREAD_IO + " has no syscw");
    }

    /** An echo request that the kernel answers, behind a virtio_net_hdr. */
    private static ByteBuf ping(TunChannel channel, int sequence) {
        byte[] packet = {
            0x45,
            0,
            0,
            28,
            0,
            0,
            0,
            0,
            64,
            1,
            0x66,
            (byte) 0xd1,
            10,
            7,
            0,
            2,
            10,
            7,
            0,
            1,
            8,
            0,
            0,
            0,
            0,
            0,
            0,
            (byte) sequence
        };
        ByteBuf frame = channel.alloc().directBuffer();
        frame.writeZero(VirtioNetHeader.BYTES).writeBytes(packet);
        return frame.setShort(VirtioNetHeader.BYTES + 22, ~(0x0800 + sequence));
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellOfDownUpAndMtu(TunTransport transport) throws Exception {
        bind(bootstrap(transport, recorder).option(TunChannelOption.TUN_LINK_EVENTS, true), "tl0");
        namespace.run("ip", "link", "set", "tl0", "down");
        assertThat(nextLinkEvent().kind()).isEqualTo(TunLinkEvent.Kind.DOWN);
        namespace.run("ip", "link", "set", "tl0", "up");
        assertThat(nextLinkEvent().kind()).isEqualTo(TunLinkEvent.Kind.UP);
        namespace.run("ip", "link", "set", "tl0", "mtu", "4000");
        TunLinkEvent mtu = nextLinkEvent();
        assertThat(mtu.kind()).isEqualTo(TunLinkEvent.Kind.MTU);
        assertThat(mtu.link().mtuBytes()).isEqualTo(4000);
    }

    @ParameterizedTest
    @EnumSource
    void shouldLoseNoPacketToAnMtuThatGrows(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder).option(TunChannelOption.TUN_LINK_EVENTS, true), "tl0");
        namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "tl0");
        var held = new CountDownLatch(1);
        channel.eventLoop().execute(() -> awaitUninterruptibly(held));
        // Both wait for the loop then: the news and the packet.
        namespace.run("ip", "link", "set", "tl0", "mtu", "9000");
        namespace.sh("ping -c1 -W1 -s 8000 10.7.0.2 || true");
        held.countDown();
        expectPacketLongerThan(8000);
        assertThat(channel.counters().droppedOversize()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLoseNoPacketToAnMtuThatHasGrownBeforeItWasRegistered(TunTransport transport) throws Exception {
        bootstrap(transport, recorder);
        TunDevice device = TunDevice.open(TunDeviceConfig.builder()
                .netns(namespace.name())
                .name("tl0")
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build());
        namespace.run("ip", "link", "set", "tl0", "mtu", "9000");
        TunChannel channel = transport.newChannel(device);
        channel.config().setLinkEvents(true);
        channel.pipeline().addLast(recorder);
        binds.add(loops.register(channel).sync());
        namespace.sh("ping -c1 -W1 -s 8000 10.7.0.2 || true");
        expectPacketLongerThan(8000);
        assertThat(channel.counters().droppedOversize()).isZero();
    }

    private void expectPacketLongerThan(int lengthBytes) throws InterruptedException {
        ByteBuf packet = recorder.nextPacket();
        while (packet.readableBytes() < lengthBytes) {
            packet.release();
            packet = recorder.nextPacket();
        }
        packet.release();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFollowItsInterfaceIntoAnotherNamespace(TunTransport transport) throws Exception {
        bind(bootstrap(transport, recorder).option(TunChannelOption.TUN_LINK_EVENTS, true), "tl0");
        try (NetNamespace other = NetNamespace.create()) {
            namespace.move("tl0", other);
            TunLinkEvent.Kind kind = nextLinkEvent().kind();
            while (kind != TunLinkEvent.Kind.MOVED) {
                kind = nextLinkEvent().kind();
            }
            other.run("ip", "link", "set", "tl0", "up");
            while (kind != TunLinkEvent.Kind.UP) {
                kind = nextLinkEvent().kind();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenItsDeviceOffTheEventLoop(TunTransport transport) throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        Channel channel = bootstrap(transport, recorder).register().sync().channel();
        channel.eventLoop().execute(() -> Await.latch(there));
        ChannelFuture bind = channel.bind(new TunAddress("tl0"));
        binds.add(bind);
        CountDownLatch opened = new CountDownLatch(1);
        DeviceCalls.execute(opened::countDown); // Behind the one that opens the device.
        Await.latch(opened);
        assertThat(namespace.run("ip", "link", "show", "tl0")).contains("tl0");
        assertThat(bind.isDone()).isFalse();
        there.countDown();
        bind.sync();
        assertThat(channel.isActive()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveTheEventLoopToOthersWhileThereIsMuchToWrite(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        var loop = (SingleThreadEventLoop) channel.eventLoop();
        int packets = 20_000;
        var written = new AtomicInteger();
        var writtenInTheFirstTurn = new CompletableFuture<Integer>();
        loop.execute(() -> {
            loop.executeAfterEventLoopIteration(() -> writtenInTheFirstTurn.complete(written.get()));
            for (int i = 0; i < packets; i++) {
                channel.write(Packets.udp4(10).build()).addListener(done -> written.incrementAndGet());
            }
            channel.flush();
        });
        assertThat(writtenInTheFirstTurn.get()).isBetween(1, packets / 4);
        channel.close().sync();
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseADeviceThatAHandlerDidNotWantToBind(TunTransport transport) throws Exception {
        ChannelHandler veto = new ChannelOutboundHandlerAdapter() {
            @Override
            public void bind(ChannelHandlerContext ctx, SocketAddress localAddress, ChannelPromise promise) {
                promise.setFailure(new IllegalStateException("not today"));
            }
        };
        ChannelFuture bind = bootstrap(transport, veto).bind(new TunAddress("tl0"));
        assertThat(bind.await().cause()).hasMessage("not today");
        bind.channel().closeFuture().sync();
        TunChannel next = bind(bootstrap(transport, recorder), "tl0");
        assertThat(next.isActive()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotBindOnAnEventLoopThatItHasLeft(TunTransport transport) throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        TunChannel channel = registered(transport, recorder);
        DeviceCalls.execute(() -> Await.latch(left));
        ChannelFuture bind = channel.bind(new TunAddress("tl0"));
        channel.deregister().sync();
        left.countDown();
        assertThat(bind.await().cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the channel was deregistered before it was bound; "
                        + "register it with an event loop, then bind it");
        assertThat(channel.isActive()).isFalse();
        loops.register(channel).sync();
        channel.bind(new TunAddress("tl0")).sync();
        assertThat(channel.isActive()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseWhatWasOpenedForABindThatNeverCame(TunTransport transport) throws Exception {
        TunChannel channel = registered(transport, new BindSwallower("tl0"));
        channel.bind(new TunAddress("tl0"));
        afterDeviceCalls();
        assertThat(links()).contains("tl0");
        channel.close().sync();
        assertThat(links()).doesNotContain("tl0");
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseWhatWasOpenedForABindThatAnotherOneHasOvertaken(TunTransport transport) throws Exception {
        TunChannel channel = registered(transport, new BindSwallower("tl0"));
        channel.bind(new TunAddress("tl0"));
        channel.bind(new TunAddress("tl1")).sync();
        afterDeviceCalls();
        assertThat(links()).contains("tl1").doesNotContain("tl0");
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenNothingForAPromiseThatNettyRefuses(TunTransport transport) throws Exception {
        TunChannel channel = registered(transport, recorder);
        TunChannel other = registered(transport, new ChannelInboundHandlerAdapter());
        for (ChannelPromise promise : List.of(
                channel.newPromise().setSuccess(), other.newPromise(), (ChannelPromise) channel.closeFuture())) {
            assertThatThrownBy(() -> channel.bind(new TunAddress("tl0"), promise))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        afterDeviceCalls();
        assertThat(links()).doesNotContain("tl0");
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellTheSecondOfTwoBindsAtOnceThatItIsBound(TunTransport transport) throws Exception {
        TunChannel channel = registered(transport, recorder);
        ChannelFuture first = channel.bind(new TunAddress("tl0"));
        ChannelFuture second = channel.bind(new TunAddress("tl0"));
        ChannelFuture third = channel.bind(new TunAddress("tl1"));
        assertThat(second.await().cause()).isInstanceOf(AlreadyBoundException.class);
        assertThat(third.await().cause()).isInstanceOf(AlreadyBoundException.class);
        assertThat(first.await().isSuccess()).isTrue();
        afterDeviceCalls();
        assertThat(links()).contains("tl0").doesNotContain("tl1");
    }

    /** A channel that is to be bound. */
    private TunChannel registered(TunTransport transport, ChannelHandler handler) throws InterruptedException {
        ChannelFuture registered = bootstrap(transport, handler).register().sync();
        binds.add(registered);
        return (TunChannel) registered.channel();
    }

    /** Returns when the devices are open and closed that were to be by now. */
    private static void afterDeviceCalls() {
        CountDownLatch done = new CountDownLatch(1);
        DeviceCalls.execute(done::countDown);
        Await.latch(done);
    }

    private String links() {
        return namespace.run("ip", "link", "show");
    }

    /** Lets no bind to this device through, and tells nobody. */
    private static final class BindSwallower extends ChannelOutboundHandlerAdapter {
        private final String name;

        private BindSwallower(String name) {
            this.name = name;
        }

        @Override
        public void bind(ChannelHandlerContext ctx, SocketAddress localAddress, ChannelPromise promise) {
            if (!localAddress.equals(new TunAddress(name))) {
                ctx.bind(localAddress, promise);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseInsideALinkEventWithoutAWord(TunTransport transport) throws Exception {
        var log = new ListAppender<ILoggingEvent>();
        var logger = (Logger) LoggerFactory.getLogger("io.tunloop.channel");
        log.start();
        logger.addAppender(log);
        try {
            ChannelHandler closing = new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    ctx.close();
                }
            };
            TunChannel channel =
                    bind(bootstrap(transport, closing).option(TunChannelOption.TUN_LINK_EVENTS, true), "tl0");
            namespace.run("ip", "link", "set", "tl0", "down");
            channel.closeFuture().sync();
            channel.eventLoop().submit(() -> {}).sync();
            assertThat(log.list).isEmpty();
        } finally {
            logger.detachAppender(log);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldApplyWhatAnOpenDeviceTakesAndRefuseTheRest(TunTransport transport) {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        TunChannelConfig config = channel.config();
        assertThat(config.getOption(TunChannelOption.TUN_MTU)).isEqualTo(1500);
        assertThat(config.setOption(TunChannelOption.TUN_MTU, 1300)).isTrue();
        assertThat(config.setOption(TunChannelOption.TUN_TX_QUEUE_LENGTH, 777)).isTrue();
        assertThat(config.setOption(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24"))))
                .isTrue();
        assertThat(config.setOption(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.1.1/24"))))
                .isTrue();
        assertThat(namespace.run("ip", "addr", "show", "tl0"))
                .contains("mtu 1300", "qlen 777", "inet 10.7.0.1/24", "inet 10.7.1.1/24");
        assertThat(config.getOption(TunChannelOption.TUN_ADDRESSES))
                .containsExactly(InterfaceAddress.parse("10.7.0.1/24"), InterfaceAddress.parse("10.7.1.1/24"));
        namespace.run("ip", "link", "set", "tl0", "mtu", "1400");
        assertThat(config.getOption(TunChannelOption.TUN_MTU)).isEqualTo(1400);
        assertThat(config.setOption(TunChannelOption.TUN_TAP, true)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_OFFLOADS, Offload.all()))
                .isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_VNET_HEADER, true)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_MULTI_QUEUE, true)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_NAPI, Napi.ON)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_EXCLUSIVE, true)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_PERSIST, true)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_OWNER, 0)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_GROUP, 0)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_NETNS, "")).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_LINK_EVENTS, true)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_READ_BATCH, 4)).isFalse();
        assertThat(config.getOptions())
                .containsEntry(TunChannelOption.TUN_TAP, false)
                .containsEntry(TunChannelOption.TUN_READ_BATCH, 16);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSwitchAnOpenDeviceOffAndOnAndRouteThroughItWhileItIsOn(TunTransport transport) {
        List<Route> routes = List.of(Route.parse("10.9.0.0/16"));
        TunChannel channel = bind(
                bootstrap(transport, recorder)
                        .option(TunChannelOption.TUN_UP, false)
                        .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24"))),
                "tl0");
        TunChannelConfig config = channel.config();
        assertThat(config.getOption(TunChannelOption.TUN_UP)).isFalse();
        assertThatThrownBy(() -> config.setOption(TunChannelOption.TUN_ROUTES, routes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("routes need the link up");
        assertThat(config.setOption(TunChannelOption.TUN_UP, true)).isTrue();
        assertThat(config.setOption(TunChannelOption.TUN_ROUTES, routes)).isTrue();
        assertThat(namespace.run("ip", "route")).contains("10.9.0.0/16 dev tl0");
        assertThat(config.getOption(TunChannelOption.TUN_ROUTES)).isEqualTo(routes);
        namespace.run("ip", "link", "set", "tl0", "down");
        assertThat(config.getOption(TunChannelOption.TUN_UP)).isFalse();
        assertThat(config.setOption(TunChannelOption.TUN_UP, true)).isTrue();
        assertThat(config.setOption(TunChannelOption.TUN_UP, false)).isTrue();
        assertThat(namespace.run("ip", "link", "show", "tl0")).doesNotContain("UP");
        assertThat(config.getOption(TunChannelOption.TUN_ROUTES)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenAPersistentDeviceOfAnOwnerWithRoutes(TunTransport transport) throws Exception {
        TunChannel channel = bind(
                bootstrap(transport, recorder)
                        .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24")))
                        .option(TunChannelOption.TUN_ROUTES, List.of(Route.parse("10.9.0.0/16")))
                        .option(TunChannelOption.TUN_PERSIST, true)
                        .option(TunChannelOption.TUN_OWNER, 54321)
                        .option(TunChannelOption.TUN_GROUP, 54322),
                "tl0");
        channel.close().sync();
        assertThat(namespace.run("ip", "-d", "link", "show", "tl0"))
                .contains("persist on", "user 54321", "group 54322");
        assertThat(namespace.run("ip", "route")).contains("10.9.0.0/16 dev tl0");
    }

    @ParameterizedTest
    @EnumSource
    void shouldReportWhatADeviceIsThatSomebodyElseHasOpened(TunTransport transport) throws Exception {
        assumeTrue(transport.isAvailable());
        TunDevice device = TunDevice.open(TunDeviceConfig.builder()
                .netns(namespace.name())
                .name("tl0")
                .tap(true)
                .mtuBytes(1400)
                .multiQueue(true)
                .txQueueLength(300)
                .build());
        TunChannel channel = transport.newChannel(device);
        loops = new MultiThreadIoEventLoopGroup(1, transport.ioHandlerFactory());
        binds.add(loops.register(channel).sync());
        assertThat(channel.config().getOptions())
                .containsEntry(TunChannelOption.TUN_MTU, 1400)
                .containsEntry(TunChannelOption.TUN_TAP, true)
                .containsEntry(TunChannelOption.TUN_MULTI_QUEUE, true)
                .containsEntry(TunChannelOption.TUN_TX_QUEUE_LENGTH, 300);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeAnEmptyBufferForAFlushBarrier(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
        channel.writeAndFlush(channel.alloc().directBuffer(4)).sync();
        assertThat(channel.counters().packetsWritten()).isZero();
        assertThat(channel.counters().droppedInvalid()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseHandlersOfFramesOnAPlainDevice(TunTransport transport) throws Exception {
        TunChannel channel = bind(bootstrap(transport, recorder), "tl0");
        for (ChannelHandler handler : new ChannelHandler[] {new GsoSplitter(), new GroCoalescer()}) {
            channel.pipeline().addFirst(handler);
            assertThat(recorder.nextError())
                    .hasMessageEndingWith("; removed.")
                    .hasRootCauseMessage(
                            handler.getClass().getSimpleName()
                                    + " needs a device with a virtio_net_hdr, and " + channel
                                    + " has none: open it with one (TUN_VNET_HEADER, or TUN_OFFLOADS), or leave the handler out");
            assertThat(channel.pipeline().context(handler)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseAPlainDeviceThatIsBoundWithHandlersOfFrames(TunTransport transport) throws Exception {
        ChannelHandler splitting = new ChannelInitializer<TunChannel>() {
            @Override
            protected void initChannel(TunChannel channel) {
                channel.pipeline().addLast(new GsoSplitter(), recorder);
            }
        };
        TunChannel reading = bind(bootstrap(transport, splitting), "tl0");
        assertThat(recorder.nextError()).hasMessageStartingWith("GsoSplitter needs a device with a virtio_net_hdr");
        reading.closeFuture().sync();
        TunChannel writing = bind(bootstrap(transport, new GroCoalescer()), "tl1");
        assertThat(writing.writeAndFlush(writing.alloc().directBuffer().writeZero(40))
                        .await()
                        .cause())
                .hasMessageStartingWith("GroCoalescer needs a device with a virtio_net_hdr");
    }

    private TunLinkEvent nextLinkEvent() throws InterruptedException {
        return (TunLinkEvent) recorder.nextUserEvent();
    }

    @ParameterizedTest
    @EnumSource
    void shouldBindQueuesOfOneDeviceOnLoopAfterLoop(TunTransport transport) throws Exception {
        Bootstrap bootstrap = bootstrap(transport, closing(-1))
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.7.0.1/24")));
        List<TunChannel> queues =
                TunQueues.bind(bootstrap, new TunAddress(""), 3).sync().getNow();
        queues.forEach(queue -> binds.add(queue.newSucceededFuture()));
        assertThat(queues).hasSize(3).allMatch(queue -> queue.device().isMultiQueue());
        assertThat(queues)
                .extracting(TunChannel::localAddress)
                .containsOnly(queues.get(0).localAddress());
        assertThat(queues.get(0).eventLoop()).isNotSameAs(queues.get(1).eventLoop());
        assertThat(queues.get(0).eventLoop()).isSameAs(queues.get(2).eventLoop());
    }

    @ParameterizedTest
    @EnumSource
    void shouldBindAllQueuesOrNone(TunTransport transport) {
        Bootstrap bootstrap = bootstrap(transport, closing(2));
        assertThatThrownBy(() ->
                        TunQueues.bind(bootstrap, new TunAddress("tl0"), 3).syncUninterruptibly())
                .isInstanceOf(ClosedChannelException.class);
        assertThat(namespace.run("ip", "-o", "link")).doesNotContain("tl0");
        assertThatThrownBy(() -> TunQueues.bind(bootstrap, new TunAddress("tl0"), 257))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queues must be 1..256: 257");
    }

    /** Closes the channel of this number, from 0 on, before it is bound. */
    private static ChannelHandler closing(int number) {
        var channels = new AtomicInteger();
        return new ChannelInitializer<TunChannel>() {
            @Override
            protected void initChannel(TunChannel channel) {
                if (channels.getAndIncrement() == number) {
                    channel.close();
                }
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void shouldSpreadFlowsOverTheQueuesOfOneDevice(TunTransport transport) throws Exception {
        AtomicInteger[] packets = {new AtomicInteger(), new AtomicInteger()};
        TunChannel first = bind(multiQueue(transport, packets[0]), "tl0");
        TunChannel second = bind(multiQueue(transport, packets[1]), "tl0");
        assertThat(first.eventLoop()).isNotSameAs(second.eventLoop());
        namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "tl0");
        // Different ports are different flows, each of which the kernel hashes to one of the queues.
        namespace.run("bash", "-c", "for port in $(seq 2000 2063); do echo x > /dev/udp/10.7.0.2/$port; done");
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (packets[0].get() + packets[1].get() < 64 && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        assertThat(packets[0].get()).isPositive();
        assertThat(packets[1].get()).isPositive();
    }

    private Bootstrap multiQueue(TunTransport transport, AtomicInteger packets) {
        return bootstrap(transport, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        packets.incrementAndGet();
                        ((ByteBuf) message).release();
                    }
                })
                .option(TunChannelOption.TUN_MULTI_QUEUE, true);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryEthernetFramesOfATapDevice(TunTransport transport) throws Exception {
        bind(bootstrap(transport, recorder).option(TunChannelOption.TUN_TAP, true), "tl0");
        namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "tl0");
        namespace.sh("ping -c1 -W1 10.7.0.2 || true");
        int etherType = 0;
        while (etherType != 0x0806) { // ARP: who has 10.7.0.2?
            ByteBuf frame = recorder.nextPacket();
            etherType = frame.getUnsignedShort(12);
            frame.release();
        }
    }
}
