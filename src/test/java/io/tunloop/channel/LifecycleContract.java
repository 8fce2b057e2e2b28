// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.StringUtil;
import io.tunloop.device.TestDevices;
import io.tunloop.device.TunException;
import io.tunloop.testing.Await;
import java.net.InetSocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a channel begins and ends, and what it is configured with. */
abstract class LifecycleContract extends TunChannelContract {
    private static final Map<ChannelOption<?>, Object> READING = Map.of(
            TunChannelOption.TUN_READ_BATCH, 64,
            TunChannelOption.TUN_READ_HEADROOM, 20,
            TunChannelOption.TUN_READ_TAILROOM, 8,
            TunChannelOption.TUN_LINK_EVENTS, true);

    LifecycleContract(TunTransport transport) {
        super(transport);
    }

    @Test
    void shouldKnowItsAddressOnceItHasADevice() {
        TunChannel unbound = transport.newChannel();
        assertThat(unbound.localAddress()).isNull();
        assertThat(unbound.device()).isNull();
        assertThat(unbound.isActive()).isFalse();
        assertThat(unbound.isOpen()).isTrue();
        TunChannel channel = open();
        assertThat(channel.localAddress()).isEqualTo(new TunAddress("test0"));
        assertThat(channel.remoteAddress()).isNull();
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.metadata().hasDisconnect()).isFalse();
        assertThat(channel.toString()).contains("test0");
    }

    @Test
    void shouldTellEachStepOfItsLifeInOrder() throws Exception {
        TunChannel channel = open();
        channel.close().sync();
        for (String event : new String[] {"registered", "active", "inactive", "unregistered"}) {
            assertThat(recorder.nextEvent()).isEqualTo(event);
        }
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.isActive()).isFalse();
        assertThat(channel.device().isOpen()).isFalse();
        assertThat(channel.close().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldCloseTheDescriptorOffItsLoopAndTellWhenThatIsDone() throws Exception {
        TunChannel channel = open();
        CountDownLatch slowKernel = new CountDownLatch(1);
        DeviceCalls.execute(() -> Await.latch(slowKernel));
        ChannelFuture close = channel.close();
        onLoop(channel);
        assertThat(close.isDone()).isFalse();
        peer.send(TestDevices.packet(10, 1));
        onLoop(channel);
        assertThat(recorder.hasPacket()).isFalse();
        slowKernel.countDown();
        close.sync();
        assertThat(channel.device().isOpen()).isFalse();
        recorder.awaitEvent("unregistered");
    }

    @Test
    void shouldCloseOnDisconnectAndOnlyOnce() throws Exception {
        TunChannel channel = open();
        peer.send(TestDevices.packet(10, 1));
        nextRead();
        assertThat(channel.disconnect().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.device().isOpen()).isFalse();
    }

    @Test
    void shouldCloseFromAHandlerInTheMiddleOfABatch() throws Exception {
        peer.send(TestDevices.packet(10, 1));
        peer.send(TestDevices.packet(10, 2));
        peer.send(TestDevices.packet(10, 3));
        TunChannel channel = open(
                config -> {},
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ((ByteBuf) message).release();
                        ctx.close();
                    }
                },
                recorder);
        recorder.awaitEvent("inactive");
        assertThat(recorder.nextEvent()).isEqualTo("unregistered");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void shouldCloseWithPacketsThatAreStillKept() throws Exception {
        TunChannel channel = open();
        peer.send(TestDevices.packet(10, 1));
        ByteBuf kept = recorder.nextPacket();
        channel.close().sync();
        assertThat(kept.getByte(9)).isEqualTo((byte) 1);
        kept.release();
    }

    @Test
    void shouldFailPendingWritesWhenItCloses() throws Exception {
        TunChannel channel = open();
        ChannelFuture pending = channel.write(packet(10, 1));
        channel.close().sync();
        assertThat(pending.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(pending.cause()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void shouldCloseWhenTheDeviceIsLost() throws Exception {
        TunChannel channel = open();
        peer.failReads();
        assertThat(recorder.nextError()).isInstanceOf(TunException.class).hasMessageContaining("read on test0");
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        recorder.awaitEvent("inactive");
    }

    @Test
    void shouldNoticeThatTheDeviceIsLostWithoutReading() throws Exception {
        TunChannel channel = open(config -> config.setAutoRead(false), recorder);
        peer.failReads();
        assertThat(recorder.nextError()).isInstanceOf(TunException.class);
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldCloseWhenAWriteFindsTheDeviceLost() throws Exception {
        TunChannel channel = open();
        peer.failWrites();
        ChannelFuture write = channel.writeAndFlush(packet(10, 1));
        assertThat(write.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(write.cause()).isInstanceOf(TunException.class).hasMessageContaining("write on test0");
        assertThat(recorder.nextError()).isSameAs(write.cause());
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldFailTheWriteAndCloseWhenSomebodyHasClosedItsDevice() throws Exception {
        TunChannel channel = open();
        // On the event loop: it may notice by itself otherwise, and close before the write.
        ChannelFuture write = channel.eventLoop()
                .submit(() -> {
                    channel.device().close();
                    return channel.writeAndFlush(packet(10, 1));
                })
                .sync()
                .getNow();
        assertThat(write.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(write.cause())
                .isInstanceOf(TunException.class)
                .hasMessage("write on test0: EBADF: test0 was closed; open it again");
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        recorder.awaitEvent("inactive");
    }

    @Test
    void shouldCloseWhenSomebodyHasClosedItsDevice() throws Exception {
        TunChannel channel = open();
        channel.device().close();
        assertThat(channel.close().await(10, TimeUnit.SECONDS)).isTrue();
        recorder.awaitEvent("unregistered");
    }

    @Test
    void shouldFailToRegisterADeviceThatSomebodyHasClosed() throws Exception {
        peer.device().close();
        TunChannel channel = transport.newChannel(peer.device());
        ChannelFuture registered = loops.register(channel);
        assertThat(registered.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(registered.cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test0 was closed; open it again");
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldMoveToAnotherLoop() throws Exception {
        TunChannel channel = open();
        peer.send(TestDevices.packet(10, 1));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(10, 1));
        var before = channel.eventLoop();
        channel.deregister().sync();
        recorder.awaitEvent("unregistered");
        peer.send(TestDevices.packet(10, 2));
        loops.register(channel).sync();
        assertThat(channel.eventLoop()).isNotSameAs(before);
        assertThat(nextRead()).isEqualTo(TestDevices.packet(10, 2));
        channel.writeAndFlush(packet(10, 3)).sync();
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 3));
        recorder.awaitEvent("registered");
        channel.close().sync();
        recorder.awaitEvent("inactive");
    }

    @Test
    void shouldBeClosedByTheEndOfItsLoop() {
        TunChannel channel = open();
        loops.shutdownGracefully(10, 10_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        assertThat(channel.closeFuture().isDone()).isTrue();
        assertThat(channel.device().isOpen()).isFalse();
    }

    @Test
    void shouldCloseOnALoopThatCannotPollAndSayWhichCan() throws Exception {
        TunTransport other = transport == TunTransport.EPOLL ? TunTransport.POLL : TunTransport.EPOLL;
        String runsOn = "incompatible event loop: " + StringUtil.simpleClassName(transport.newChannel())
                + " runs on those of " + transport.loops() + ", and this one ";
        Map<EventLoopGroup, String> wrong = Map.of(
                new DefaultEventLoop(), "(DefaultEventLoop) takes no TUN channel",
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
                        "is of NIO, which cannot poll a TUN device: make the group with the other one",
                new MultiThreadIoEventLoopGroup(1, other.ioHandlerFactory()),
                        "takes " + StringUtil.simpleClassName(other.newChannel()));
        for (Map.Entry<EventLoopGroup, String> loop : wrong.entrySet()) {
            try (TestDevices own = TestDevices.open(MTU)) {
                TunChannel channel = transport.newChannel(own.device());
                assertThat(loop.getKey().register(channel).await().cause())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(runsOn + loop.getValue());
                assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(own.device().isOpen()).isFalse();
            } finally {
                loop.getKey().shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
            }
        }
    }

    @Test
    void shouldNotMindReadsBeforeItIsBound() throws Exception {
        TunChannel channel = transport.newChannel();
        channel.pipeline().addLast(recorder);
        loops.register(channel).sync();
        channel.read();
        onLoop(channel);
        assertThat(recorder.hasError()).isFalse();
        assertThat(channel.isOpen()).isTrue();
        channel.close().sync();
    }

    @Test
    void shouldFailWritesBeforeItIsBound() throws Exception {
        TunChannel channel = transport.newChannel();
        loops.register(channel).sync();
        ByteBuf early = packet(10, 1);
        assertThat(channel.writeAndFlush(early).await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(early.refCnt()).isZero();
        channel.close().sync();
    }

    @Test
    void shouldRefuseToBindTwiceOrElsewhereOrToConnect() {
        TunChannel channel = open();
        assertThatThrownBy(() -> channel.bind(new TunAddress("test1")).syncUninterruptibly())
                .isInstanceOf(AlreadyBoundException.class);
        assertThatThrownBy(() -> channel.connect(new InetSocketAddress(1)).syncUninterruptibly())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("bind it instead");
        assertThat(channel.isOpen()).isTrue();
        assertThatThrownBy(() -> bootstrap().bind(new InetSocketAddress(1)).syncUninterruptibly())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("address must be a TunAddress: InetSocketAddress");
    }

    @Test
    void shouldFailToBindWithAnOptionThatWasRefused() {
        ChannelFuture bind = bootstrap().option(TunChannelOption.TUN_MTU, 7).bind(new TunAddress("test1"));
        assertThatThrownBy(bind::syncUninterruptibly)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MTU must be 68..65535: 7");
        assertThat(bind.channel().isOpen()).isFalse();
    }

    @Test
    void shouldGiveBackEveryOptionOfReadingUntilItReads() throws Exception {
        TunChannel channel = transport.newChannel(peer.device());
        TunChannelConfig config = channel.config();
        READING.forEach((option, value) ->
                assertThat(set(config, option, value)).as("%s", option).isTrue());
        READING.forEach(
                (option, value) -> assertThat((Object) config.getOption(option)).isEqualTo(value));
        config.setLinkEvents(false); // The device of a test has no interface.
        loops.register(channel).sync();
        READING.forEach((option, value) ->
                assertThat(set(config, option, value)).as("%s", option).isFalse());
        assertThatThrownBy(() -> config.setReadBatch(7))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(channel + " reads already: set this before it is bound or registered");
        assertThat(config.getReadBatch()).isEqualTo(64);
        channel.close().sync();
    }

    @SuppressWarnings("unchecked")
    private static <T> boolean set(TunChannelConfig config, ChannelOption<T> option, Object value) {
        return config.setOption(option, (T) value);
    }

    @Test
    void shouldFailToRegisterADeviceThatThePollerRefuses() throws Exception {
        FileDescriptor file = TestDevices.unpollable();
        TunChannel channel = transport.newChannel(TestDevices.over(file.intValue()));
        assertThat(loops.register(channel).await(10, TimeUnit.SECONDS)).isTrue();
        // poll(2) and io_uring take a file, and it reads as empty packets: only epoll refuses it.
        if (transport == TunTransport.EPOLL) {
            assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(channel.device().isOpen()).isFalse();
        } else {
            channel.close().sync();
        }
    }

    private Bootstrap bootstrap() {
        return new Bootstrap()
                .group(loops)
                .channelFactory(transport::newChannel)
                .handler(new ChannelInboundHandlerAdapter());
    }
}
