// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.IllegalReferenceCountException;
import io.tunloop.device.TestDevices;
import java.io.File;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a channel writes. */
abstract class WriteContract extends TunChannelContract {
    /** What Netty adds to each pending message. Source: ChannelOutboundBuffer. */
    private static final int ENTRY_OVERHEAD_BYTES = 96;

    WriteContract(TunTransport transport) {
        super(transport);
    }

    @Test
    void shouldWriteInOrderAndCompleteEachPromise() throws Exception {
        TunChannel channel = open();
        List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            writes.add(channel.write(packet(10 + i, i)));
        }
        channel.flush();
        for (int i = 0; i < 5; i++) {
            assertThat(peer.receive()).isEqualTo(TestDevices.packet(10 + i, i));
            assertThat(writes.get(i).await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(writes.get(i).isSuccess()).isTrue();
        }
        onLoop(channel);
        assertThat(channel.counters().packetsWritten()).isEqualTo(5);
        assertThat(channel.counters().bytesWritten()).isEqualTo(60);
    }

    @Test
    void shouldNotWriteBeforeFlush() throws Exception {
        TunChannel channel = open();
        ChannelFuture first = channel.write(packet(10, 1));
        onLoop(channel);
        assertThat(peer.poll()).isNull();
        assertThat(first.isDone()).isFalse();
        channel.flush();
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
    }

    @Test
    void shouldWriteFromAnyThreadAndKeepTheOrderOfEach() throws Exception {
        TunChannel channel = open();
        int threads = 4;
        int packets = 200;
        List<Thread> writers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int id = t;
            writers.add(new Thread(() -> {
                for (int i = 0; i < packets; i++) {
                    channel.writeAndFlush(packet(2, 0).setByte(0, id).setByte(1, i));
                }
            }));
        }
        writers.forEach(Thread::start);
        int[] next = new int[threads];
        for (int i = 0; i < threads * packets; i++) {
            byte[] packet = peer.receive();
            assertThat(packet[1] & 0xff).isEqualTo(next[packet[0]]++);
        }
        for (Thread writer : writers) {
            writer.join();
        }
    }

    // That nothing is left of its copy is seen by what every test ends with.
    @Test
    void shouldFailTheWriteOfAHeapBufferThatIsReleasedAlready() throws Exception {
        TunChannel channel = open();
        ByteBuf released = allocator.heapBuffer(20).writeBytes(TestDevices.packet(20, 1));
        released.release();
        ChannelFuture write = channel.writeAndFlush(released);
        assertThat(write.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(write.cause()).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void shouldTakeHeapCompositeReadOnlyAndSlicedBuffers() throws Exception {
        TunChannel channel = open();
        channel.writeAndFlush(allocator.heapBuffer(20).writeBytes(TestDevices.packet(20, 1)));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(20, 1));
        CompositeByteBuf composite = allocator.compositeDirectBuffer();
        composite.addComponents(true, packet(10, 2), packet(0, 0), packet(10, 2));
        channel.writeAndFlush(composite);
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(20, 2));
        channel.writeAndFlush(packet(20, 3).asReadOnly());
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(20, 3));
        channel.writeAndFlush(packet(20, 4).skipBytes(15));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(5, 4));
        CompositeByteBuf mixed = allocator.compositeBuffer();
        mixed.addComponents(true, packet(10, 5), allocator.heapBuffer(4).writeInt(0x05050505));
        channel.writeAndFlush(mixed);
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(14, 5));
    }

    @Test
    void shouldTakeACompositeOfMoreComponentsThanTheKernelTakesSpans() throws Exception {
        TunChannel channel = open();
        CompositeByteBuf composite = allocator.compositeDirectBuffer(2000);
        for (int i = 0; i < 1500; i++) {
            composite.addComponent(true, packet(1, 6));
        }
        channel.writeAndFlush(composite);
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(1500, 6));
    }

    @Test
    void shouldTakeAnEmptyBufferForAFlushBarrierAndWriteNothing() throws Exception {
        TunChannel channel = open();
        assertThat(channel.writeAndFlush(Unpooled.EMPTY_BUFFER).await(10, TimeUnit.SECONDS))
                .isTrue();
        ChannelFuture before = channel.write(packet(10, 1));
        ChannelFuture empty = channel.write(allocator.heapBuffer(0));
        ChannelFuture alsoEmpty = channel.write(allocator.directBuffer(8));
        channel.writeAndFlush(packet(10, 2)).sync();
        assertThat(before.isSuccess() && empty.isSuccess() && alsoEmpty.isSuccess())
                .isTrue();
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 2));
        assertThat(peer.poll()).isNull();
    }

    @Test
    void shouldFailOnlyThePromiseOfABufferThatWasReleasedByMistake() throws Exception {
        TunChannel channel = open();
        ByteBuf released = packet(10, 7);
        released.release();
        ChannelFuture early = channel.write(released);
        ByteBuf late = packet(10, 8);
        List<ChannelFuture> good = new ArrayList<>(List.of(channel.write(packet(10, 1))));
        ChannelFuture failing = channel.write(late);
        good.add(channel.write(packet(10, 2)));
        onLoop(channel);
        late.release();
        channel.flush();
        for (ChannelFuture write : good) {
            write.sync();
        }
        assertThat(early.await().cause()).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(failing.await().cause()).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 2));
        assertThat(peer.poll()).isNull();
        channel.writeAndFlush(packet(10, 3)).sync();
    }

    @Test
    void shouldRefuseAndReleaseAFileRegion() {
        TunChannel channel = open();
        var region = new DefaultFileRegion(new File("/dev/null"), 0, 1);
        assertThatThrownBy(() -> channel.writeAndFlush(region).syncUninterruptibly())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("a TunChannel writes ByteBuf or GatheredPacket, not DefaultFileRegion: "
                        + "is a codec missing in its pipeline?");
        assertThat(region.refCnt()).isZero();
    }

    @Test
    void shouldRefuseAMessageThatIsNoPacket() throws Exception {
        TunChannel channel = open();
        assertThatThrownBy(() -> channel.writeAndFlush("hello").syncUninterruptibly())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("not String");
        channel.writeAndFlush(packet(10, 1)).sync();
    }

    @Test
    void shouldFailOnlyThePromiseOfAPacketThatTheKernelRefuses() throws Exception {
        peer.limitSendBuffer(8192);
        TunChannel channel = open();
        ChannelFuture before = channel.write(packet(10, 1));
        ChannelFuture refused = channel.write(packet(60_000, 2));
        ChannelFuture after = channel.writeAndFlush(packet(10, 3));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 3));
        assertThat(before.sync().isSuccess()).isTrue();
        assertThat(after.sync().isSuccess()).isTrue();
        assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(refused.cause()).isInstanceOf(PacketDroppedException.class).hasMessageContaining("EMSGSIZE");
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.counters().droppedRefused()).isEqualTo(1);
        assertThat(channel.counters().dropped()).isEqualTo(1);
    }

    @Test
    void shouldNotShareTheExceptionsOfRefusedPackets() throws Exception {
        peer.limitSendBuffer(8192);
        TunChannel channel = open();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> channel.writeAndFlush(packet(60_000, 1)).syncUninterruptibly())
                    .isInstanceOf(PacketDroppedException.class)
                    .satisfies(cause -> assertThat(cause.getStackTrace()).isEmpty());
        }
        assertThat(channel.writeAndFlush(packet(60_000, 1)).await().cause().getSuppressed())
                .isEmpty();
    }

    @Test
    void shouldWaitWhileTheDeviceIsFullAndGoOn() throws Exception {
        TunChannel channel =
                open(config -> config.setWriteBufferWaterMark(new WriteBufferWaterMark(10_000, 20_000)), recorder);
        List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 10; j++) {
                writes.add(channel.write(packet(1000, i)));
            }
            channel.flush();
        }
        onLoop(channel);
        assertThat(channel.isWritable()).isFalse();
        assertThat(writes.get(999).isDone()).isFalse();
        for (int i = 0; i < 1000; i++) {
            assertThat(peer.receive()).isEqualTo(TestDevices.packet(1000, i / 10));
        }
        for (ChannelFuture write : writes) {
            assertThat(write.sync().isSuccess()).isTrue();
        }
        recorder.awaitEvent("unwritable");
        recorder.awaitEvent("writable");
        assertThat(channel.counters().dropped()).isZero();
    }

    @Test
    void shouldTellTheBytesBeforeItIsUnwritable() throws Exception {
        TunChannel channel =
                open(config -> config.setWriteBufferWaterMark(new WriteBufferWaterMark(1000, 2000)), recorder);
        assertThat(channel.bytesBeforeUnwritable()).isEqualTo(2001);
        channel.write(packet(500, 1));
        onLoop(channel);
        assertThat(channel.bytesBeforeUnwritable()).isEqualTo(2001 - 500 - ENTRY_OVERHEAD_BYTES);
        channel.write(new TestGatheredPacket(packet(500, 2), packet(500, 2)));
        onLoop(channel);
        assertThat(channel.bytesBeforeUnwritable()).isEqualTo(2001 - 1500 - 2 * ENTRY_OVERHEAD_BYTES);
        assertThat(channel.isWritable()).isTrue();
        channel.write(packet(500, 3));
        onLoop(channel);
        assertThat(channel.isWritable()).isFalse();
        assertThat(channel.bytesBeforeUnwritable()).isZero();
        assertThat(channel.bytesBeforeWritable()).isEqualTo(2000 + 3 * ENTRY_OVERHEAD_BYTES - 1000 + 1);
        channel.flush();
        recorder.awaitEvent("unwritable");
        recorder.awaitEvent("writable");
    }

    @Test
    void shouldNotWriteWhatWasCancelledBeforeFlush() throws Exception {
        TunChannel channel = open();
        channel.write(packet(10, 1));
        ChannelPromise cancelled = channel.newPromise();
        channel.write(packet(10, 2), cancelled);
        channel.write(packet(10, 3));
        assertThat(cancelled.cancel(false)).isTrue();
        channel.writeAndFlush(packet(10, 4)).sync();
        channel.writeAndFlush(packet(10, 5)).sync();
        for (int value : new int[] {1, 3, 4, 5}) {
            assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, value));
        }
        assertThat(peer.poll()).isNull();
    }

    @Test
    void shouldCloseFromTheListenerOfAWrite() throws Exception {
        TunChannel channel = open();
        ChannelFuture first = channel.write(packet(10, 1));
        first.addListener(ChannelFutureListener.CLOSE);
        for (int i = 0; i < 5; i++) {
            channel.write(packet(10, 2));
        }
        channel.flush();
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(first.isSuccess()).isTrue();
    }

    @Test
    void shouldLetTasksRunWhileAListenerKeepsWriting() throws Exception {
        TunChannel channel = open(config -> config.setAutoRead(false), recorder);
        AtomicInteger written = new AtomicInteger();
        Thread drain = new Thread(() -> {
            try {
                while (channel.isOpen()) {
                    peer.poll();
                }
            } catch (java.io.IOException cause) {
                throw new java.io.UncheckedIOException(cause);
            }
        });
        drain.start();
        ChannelFutureListener again = new ChannelFutureListener() {
            @Override
            public void operationComplete(ChannelFuture future) {
                written.incrementAndGet();
                if (future.isSuccess()) {
                    channel.writeAndFlush(packet(10, 1)).addListener(this);
                }
            }
        };
        channel.eventLoop().execute(() -> channel.writeAndFlush(packet(10, 1)).addListener(again));
        while (written.get() < 10_000) {
            Thread.onSpinWait();
        }
        assertThat(channel.close().await(10, TimeUnit.SECONDS)).isTrue();
        drain.join();
    }

    @Test
    void shouldWriteAPacketOfSeveralSpansAtOnce() throws Exception {
        TunChannel channel = open();
        var gathered = new TestGatheredPacket(packet(10, 1), packet(20, 1));
        channel.writeAndFlush(gathered).sync();
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(30, 1));
        assertThat(gathered.isRefused()).isFalse();
        assertThat(gathered.isWritten()).isTrue();
        assertThat(gathered.refCnt()).isZero();
    }

    @Test
    void shouldCountEachPacketOfAMergedOneThatIsWrittenOrLost() throws Exception {
        peer.limitSendBuffer(8192);
        TunChannel channel = open();
        channel.write(new TestGatheredPacket(packet(10, 1), packet(20, 1), packet(30, 1)));
        channel.write(packet(10, 2));
        ChannelFuture lost = channel.writeAndFlush(new TestGatheredPacket(packet(30_000, 3), packet(30_000, 3)));
        assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(lost.cause()).hasMessageContaining("EMSGSIZE");
        onLoop(channel);
        assertThat(channel.counters().packetsWritten()).isEqualTo(2);
        assertThat(channel.counters().segmentsWritten()).isEqualTo(4);
        assertThat(channel.counters().droppedRefused()).isEqualTo(2);
    }

    @Test
    void shouldNotWaitForAPacketOfMoreSpansThanABatchHolds() throws Exception {
        TunChannel channel = open();
        ChannelFuture before = channel.write(packet(10, 1));
        ChannelFuture write = channel.writeAndFlush(new TestGatheredPacket(packet(10, 2)).spans(2000));
        assertThat(write.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(write.cause()).hasRootCauseMessage("a packet has 1..1024 spans: 2000");
        assertThat(before.isSuccess()).isTrue();
    }

    @Test
    void shouldWriteThePartsInPlaceOfAPacketThatTheKernelRefuses() throws Exception {
        TunChannel channel = open();
        channel.write(packet(10, 1));
        var gathered = new TestGatheredPacket(packet(10, 2), packet(20, 3)).refuse();
        channel.write(gathered);
        channel.writeAndFlush(packet(10, 4)).sync();
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 2));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(20, 3));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 4));
        assertThat(gathered.isRefused()).isTrue();
        assertThat(gathered.isWritten()).isFalse();
        onLoop(channel);
        assertThat(channel.counters().mergesRefused()).isEqualTo(1);
        assertThat(channel.counters().packetsWritten()).isEqualTo(4);
        assertThat(channel.counters().dropped()).isZero();
    }

    @Test
    void shouldFinishThePartsOfARefusedPacketWhenTheDeviceWasFullInBetween() throws Exception {
        TunChannel channel = open();
        ByteBuf[] parts = new ByteBuf[64];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = packet(8000, i);
        }
        ChannelFuture write = channel.writeAndFlush(new TestGatheredPacket(parts).refuse());
        channel.writeAndFlush(packet(10, 100));
        onLoop(channel);
        assertThat(write.isDone()).isFalse();
        for (int i = 0; i < parts.length; i++) {
            assertThat(peer.receive()).isEqualTo(TestDevices.packet(8000, i));
        }
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 100));
        assertThat(write.sync().isSuccess()).isTrue();
    }

    @Test
    void shouldFailThePromiseOfAPacketThatLostAPart() throws Exception {
        peer.limitSendBuffer(8192);
        TunChannel channel = open();
        var gathered = new TestGatheredPacket(packet(10, 1), packet(60_000, 2), packet(10, 3)).refuse();
        assertThatThrownBy(() -> channel.writeAndFlush(gathered).syncUninterruptibly())
                .isInstanceOf(PacketDroppedException.class);
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 1));
        assertThat(peer.receive()).isEqualTo(TestDevices.packet(10, 3));
    }

    @Test
    void shouldFailAndReleaseWritesAfterClose() {
        TunChannel channel = open();
        channel.close().syncUninterruptibly();
        ByteBuf late = packet(10, 1);
        assertThatThrownBy(() -> channel.writeAndFlush(late).syncUninterruptibly())
                .isInstanceOf(ClosedChannelException.class);
        assertThat(late.refCnt()).isZero();
    }
}
