// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import io.tunloop.device.TestDevices;
import io.tunloop.device.TunDevice;
import io.tunloop.internal.Addresses;
import io.tunloop.testing.Await;
import io.tunloop.testing.Garbage;
import io.tunloop.testing.ParanoidLeakDetection;
import io.tunloop.testing.WithoutLeakDetection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a channel reads. */
abstract class ReadContract extends TunChannelContract {
    ReadContract(TunTransport transport) {
        super(transport);
    }

    @Test
    void shouldFireOneMessageForEachPacketAndThenReadComplete() throws Exception {
        peer.send(TestDevices.packet(100, 1));
        peer.send(TestDevices.packet(MTU, 2));
        open();
        assertThat(nextRead()).isEqualTo(TestDevices.packet(100, 1));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(MTU, 2));
        assertThat(List.of(
                        recorder.nextEvent(),
                        recorder.nextEvent(),
                        recorder.nextEvent(),
                        recorder.nextEvent(),
                        recorder.nextEvent()))
                .containsExactly("registered", "active", "read", "read", "complete");
    }

    @Test
    void shouldReadOneBatchForEachReadWhenAutoReadIsOff() throws Exception {
        TunChannel channel = open(config -> config.setReadBatch(2).setAutoRead(false), recorder);
        for (int i = 1; i <= 5; i++) {
            peer.send(TestDevices.packet(20, i));
        }
        recorder.awaitEvent("active");
        onLoop(channel);
        assertThat(recorder.hasPacket()).isFalse();
        for (int batch : new int[] {2, 2, 1}) {
            channel.read();
            for (int i = 0; i < batch; i++) {
                assertThat(recorder.nextEvent()).isEqualTo("read");
            }
            assertThat(recorder.nextEvent()).isEqualTo("complete");
            onLoop(channel);
        }
        for (int i = 1; i <= 5; i++) {
            assertThat(nextRead()).isEqualTo(TestDevices.packet(20, i));
        }
        assertThat(channel.counters().packetsRead()).isEqualTo(5);
        assertThat(channel.counters().readBatches()).isEqualTo(3);
        assertThat(channel.counters().bytesRead()).isEqualTo(100);
    }

    @Test
    void shouldStopReadingWhenAHandlerSwitchesAutoReadOff() throws Exception {
        TunChannel channel = open(
                config -> config.setReadBatch(1),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ctx.channel().config().setAutoRead(false);
                        ctx.fireChannelRead(message);
                    }
                },
                recorder);
        peer.send(TestDevices.packet(20, 1));
        peer.send(TestDevices.packet(20, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 1));
        onLoop(channel);
        assertThat(recorder.hasPacket()).isFalse();
        channel.config().setAutoRead(true);
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 2));
    }

    @Test
    void shouldStopReadingWhenAnotherThreadSwitchesAutoReadOff() throws Exception {
        TunChannel channel = open();
        channel.config().setAutoRead(false);
        onLoop(channel);
        peer.send(TestDevices.packet(20, 1));
        onLoop(channel);
        assertThat(recorder.hasPacket()).isFalse();
        channel.config().setAutoRead(true);
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 1));
    }

    @Test
    void shouldReadWhatIsAskedForWhileAnotherThreadSwitchesAutoReadOff() throws Exception {
        TunChannel channel = open();
        CountDownLatch switchedOff = new CountDownLatch(1);
        // The loop learns of the switch only behind this task, which has asked to read in the meantime.
        channel.eventLoop().execute(() -> {
            Await.latch(switchedOff);
            channel.read();
        });
        channel.config().setAutoRead(false);
        switchedOff.countDown();
        onLoop(channel);
        peer.send(TestDevices.packet(20, 1));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 1));
        peer.send(TestDevices.packet(20, 2));
        onLoop(channel);
        assertThat(recorder.hasPacket()).isFalse();
    }

    @Test
    void shouldNotReadWhenAutoReadWasSwitchedOffWhileItHadNoLoop() throws Exception {
        TunChannel channel = open();
        channel.deregister().sync();
        channel.config().setAutoRead(false);
        peer.send(TestDevices.packet(20, 1));
        loops.register(channel).sync();
        onLoop(channel);
        assertThat(recorder.hasPacket()).isFalse();
        channel.read();
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 1));
    }

    @Test
    void shouldReadOnWhenAHandlerAsksFromInsideTheBatch() throws Exception {
        open(
                config -> config.setReadBatch(1).setAutoRead(false),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        ctx.read();
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ctx.read();
                        ctx.fireChannelRead(message);
                    }
                },
                recorder);
        for (int i = 0; i < 50; i++) {
            peer.send(TestDevices.packet(20, i));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(nextRead()).isEqualTo(TestDevices.packet(20, i));
        }
    }

    @Test
    void shouldGoOnAfterAHandlerHasThrown() throws Exception {
        open(
                config -> {},
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        if (((ByteBuf) message).getByte(0) == 1) {
                            ((ByteBuf) message).release();
                            throw new IllegalStateException("thrown by the test");
                        }
                        ctx.fireChannelRead(message);
                    }
                },
                recorder);
        peer.send(TestDevices.packet(20, 1));
        peer.send(TestDevices.packet(20, 2));
        assertThat(recorder.nextError()).hasMessage("thrown by the test");
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 2));
    }

    @Test
    @ExtendWith(WithoutLeakDetection.class)
    void shouldReportAHandlerThatReleasesTwiceAndGoOn() throws Exception {
        open(
                config -> config.setReadBatch(1),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        if (((ByteBuf) message).getByte(0) == 1) {
                            ((ByteBuf) message).release(2);
                        } else {
                            ctx.fireChannelRead(message);
                        }
                    }
                },
                recorder);
        peer.send(TestDevices.packet(20, 1));
        peer.send(TestDevices.packet(20, 2));
        assertThat(recorder.nextError()).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(nextRead()).isEqualTo(TestDevices.packet(20, 2));
    }

    @Test
    @ExtendWith(ParanoidLeakDetection.class)
    void shouldTellWhoUsesAPacketAfterItsReleaseWhenLeakDetectionIsParanoid() throws Exception {
        open(config -> config.setReadBatch(1), recorder);
        peer.send(TestDevices.packet(50, 1));
        ByteBuf released = recorder.nextPacket();
        released.release();
        for (int i = 0; i < 10; i++) {
            peer.send(TestDevices.packet(50, 2));
            nextRead();
            assertThat(released.refCnt()).isZero();
            assertThatThrownBy(() -> released.getByte(0)).isInstanceOf(IllegalReferenceCountException.class);
            assertThatThrownBy(released::release).isInstanceOf(IllegalReferenceCountException.class);
        }
    }

    @Test
    @ExtendWith(ParanoidLeakDetection.class)
    void shouldFireAWholeBufferWhenLeakDetectionIsParanoid() throws Exception {
        open(config -> config.setReadBatch(1), recorder);
        peer.send(TestDevices.packet(50, 1));
        ByteBuf packet = recorder.nextPacket();
        assertThat(Addresses.of(packet, 1)).isEqualTo(packet.memoryAddress() + 1);
        assertThat(ByteBufUtil.getBytes(packet)).isEqualTo(TestDevices.packet(50, 1));
        assertThat(packet.writeByte(2).getByte(50)).isEqualTo((byte) 2);
        packet.capacity(20).capacity(MTU);
        assertThat(Addresses.of(packet, 1)).isEqualTo(packet.memoryAddress() + 1);
        assertThat(ByteBufUtil.getBytes(packet, 0, 20)).isEqualTo(TestDevices.packet(20, 1));
        packet.release();
    }

    @Test
    void shouldNeverOverwriteAPacketThatAHandlerKeeps() throws Exception {
        open();
        List<ByteBuf> kept = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            peer.send(TestDevices.packet(50, i));
            kept.add(recorder.nextPacket());
        }
        for (int i = 0; i < 100; i++) {
            assertThat(ByteBufUtil.getBytes(kept.get(i))).isEqualTo(TestDevices.packet(50, i));
            kept.get(i).release();
        }
    }

    @Test
    void shouldNotOverwriteASliceThatOutlivesItsPacket() throws Exception {
        open();
        peer.send(TestDevices.packet(50, 1));
        ByteBuf packet = recorder.nextPacket();
        ByteBuf slice = packet.retainedSlice(10, 10);
        packet.release();
        for (int i = 0; i < 50; i++) {
            peer.send(TestDevices.packet(50, 2));
            nextRead();
        }
        assertThat(ByteBufUtil.getBytes(slice)).isEqualTo(TestDevices.packet(10, 1));
        slice.release();
    }

    @Test
    void shouldLeaveRoomAroundAPacketThatIsNoOthers() throws Exception {
        int packets = 10;
        open(config -> config.setReadHeadroom(32).setReadTailroom(16).setReadBatch(4), recorder);
        List<ByteBuf> kept = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            peer.send(TestDevices.packet(i % 2 == 0 ? MTU : 20, i));
            kept.add(recorder.nextPacket());
        }
        for (ByteBuf packet : kept) {
            assertThat(packet.readerIndex()).isEqualTo(32);
            assertThat(packet.writableBytes()).isGreaterThanOrEqualTo(16);
            packet.setBytes(0, TestDevices.packet(32, 0xff));
            packet.setBytes(packet.writerIndex(), TestDevices.packet(packet.writableBytes(), 0xff));
        }
        for (int i = 0; i < packets; i++) {
            assertThat(ByteBufUtil.getBytes(kept.get(i))).isEqualTo(TestDevices.packet(i % 2 == 0 ? MTU : 20, i));
            kept.get(i).release();
        }
    }

    @Test
    void shouldDropAPacketLongerThanTheMtuRatherThanFillItsTailroom() throws Exception {
        TunChannel channel = open(config -> config.setReadHeadroom(32).setReadTailroom(4096), recorder);
        peer.send(TestDevices.packet(MTU + 1, 1));
        recorder.awaitEvent("complete");
        peer.send(TestDevices.packet(MTU + 2, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(MTU + 2, 2));
        assertThat(channel.counters().droppedOversize()).isOne();
    }

    @Test
    void shouldUseABufferAgainThatNobodyHasKept() throws Exception {
        TunChannel channel = open(config -> config.setReadBatch(1).setAutoRead(false), recorder);
        Set<Long> addresses = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            peer.send(TestDevices.packet(50, i));
            channel.read();
            ByteBuf packet = recorder.nextPacket();
            addresses.add(Addresses.of(packet, 0));
            packet.release();
        }
        assertThat(addresses).hasSize(1);
    }

    @Test
    void shouldReadIntoTheRightMemoryAfterAHandlerHasMovedAPacket() throws Exception {
        open(
                config -> config.setReadBatch(1),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf packet = (ByteBuf) message;
                        ctx.fireChannelRead(packet.copy());
                        int capacity = packet.capacity();
                        packet.capacity(1).capacity(capacity);
                        packet.release();
                    }
                },
                recorder);
        for (int i = 0; i < 20; i++) {
            peer.send(TestDevices.packet(50, i));
            assertThat(nextRead()).isEqualTo(TestDevices.packet(50, i));
        }
    }

    @Test
    void shouldTakeItsBuffersFromTheConfiguredAllocator() throws Exception {
        open();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        peer.send(TestDevices.packet(50, 1));
        nextRead();
        assertThat(allocator.metric().usedDirectMemory()).isPositive();
    }

    @Test
    void shouldNotLetAReceiveAllocatorCutPackets() throws Exception {
        open(config -> config.setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(64)), recorder);
        peer.send(TestDevices.packet(MTU, 7));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(MTU, 7));
    }

    @Test
    void shouldReadOnWhenThereIsMemoryAgain() throws Exception {
        var starved = new StarvedAllocator(allocator);
        TunChannel channel = open(config -> config.setAllocator(starved), recorder);
        peer.send(TestDevices.packet(50, 1));
        starved.awaitRequests(2);
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.counters().readsStarved()).isPositive();

        starved.feed();

        assertThat(nextRead()).isEqualTo(TestDevices.packet(50, 1));
    }

    @Test
    void shouldDropAPacketLongerThanTheMtuAndTakeTheNext() throws Exception {
        TunChannel channel = open();
        peer.send(TestDevices.packet(MTU + 100, 1));
        peer.send(TestDevices.packet(100, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(100, 2));
        peer.send(TestDevices.packet(MTU + 100, 3));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(MTU + 100, 3));
        assertThat(channel.counters().droppedOversize()).isEqualTo(1);
    }

    @Test
    void shouldDeliverNoCutPacketOfABatchInWhichTheMtuIsSeenToHaveGrown() throws Exception {
        TunChannel channel = open(config -> config.setAutoRead(false), recorder);
        for (int i = 1; i <= 5; i++) {
            peer.send(TestDevices.packet(i % 2 == 0 ? 100 : MTU + 100 * i, i));
        }
        channel.read();
        recorder.awaitEvent("complete");
        assertThat(nextRead()).isEqualTo(TestDevices.packet(100, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(100, 4));
        assertThat(recorder.hasPacket()).isFalse();
        assertThat(channel.counters().droppedOversize()).isEqualTo(3);
    }

    @Test
    void shouldTakeAFullFrameWithTwoVlanTagsForNoCutOne() throws Exception {
        usePeer(TestDevices.openTap(MTU));
        TunChannel channel = open();
        int frameBytes = 14 + 2 * 4 + MTU;
        peer.send(TestDevices.packet(frameBytes + 1, 1));
        peer.send(TestDevices.packet(frameBytes, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(frameBytes, 2));
        assertThat(channel.counters().droppedOversize()).isEqualTo(1);
    }

    @Test
    void shouldTakeTheLongestOffloadedFrameAfterACutOne() throws Exception {
        usePeer(TestDevices.openOffloaded(MTU));
        TunChannel channel = open(config -> config.setReadBatch(1), recorder);
        int frameBytes = TunDevice.VNET_HEADER_BYTES + 65_535;
        peer.send(TestDevices.packet(frameBytes + 1, 1));
        peer.send(TestDevices.packet(frameBytes, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(frameBytes, 2));
        assertThat(channel.counters().droppedOversize()).isEqualTo(1);
    }

    @Test
    void shouldTakeLongerPacketsOnceItIsToldThatTheMtuHasGrown() throws Exception {
        TunChannel channel = open();
        peer.send(TestDevices.packet(MTU, 1));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(MTU, 1));
        channel.eventLoop().submit(() -> channel.mtuChanged(9000)).sync();
        peer.send(TestDevices.packet(9000, 2));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(9000, 2));
        channel.eventLoop().submit(() -> channel.mtuChanged(1280)).sync();
        peer.send(TestDevices.packet(9000, 3));
        assertThat(nextRead()).isEqualTo(TestDevices.packet(9000, 3));
        assertThat(channel.counters().droppedOversize()).isZero();
    }

    @Test
    @ExtendWith(WithoutLeakDetection.class)
    void shouldNotMakeGarbageForEachPacket() throws Exception {
        TunChannel channel = open(config -> {}, new Echo());
        int packets = 40_000;
        // Netty's own loop of io_uring makes an object of 16 bytes each time that it comes round, for eight packets or
        // fewer.
        double ofTheLoop = transport == TunTransport.IO_URING ? 5.0 : 0;
        assertThat(Garbage.bytesPerPacket(List.of(threadOf(channel)), packets, () -> exchange(packets)))
                .isLessThan(1.0 + ofTheLoop);
    }

    /** Sends packets that come back, a few at a time. */
    private void exchange(int packets) throws Exception {
        byte[] packet = TestDevices.packet(100, 1);
        for (int sent = 0; sent < packets; sent += 8) {
            for (int i = 0; i < 8; i++) {
                peer.send(packet);
            }
            for (int i = 0; i < 8; i++) {
                peer.receive();
            }
        }
    }

    private static Thread threadOf(TunChannel channel) throws InterruptedException {
        return channel.eventLoop().submit(Thread::currentThread).sync().getNow();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.write(message, ctx.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }
}
