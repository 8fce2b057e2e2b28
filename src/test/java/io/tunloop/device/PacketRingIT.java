// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.testing.DirectMemory;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A ring moves packets as {@link TunDevice} does: the kernel answers pings, in order. */
@RequiresTun
class PacketRingIT {
    private static final int PACKETS = 20;
    private static final int BUFFER_BYTES = 2048;
    private static final int SEQUENCE_OFFSET = 26;

    private NetNamespace namespace;
    private TunDevice device;

    @BeforeEach
    void openDevice() throws Exception {
        assumeTrue(
                PacketRing.isAvailable(), () -> PacketRing.unavailabilityCause().getMessage());
        namespace = NetNamespace.create();
        namespace.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        device = TunDevice.open(TunDeviceConfig.builder()
                .netns(namespace.name())
                .name("tl0")
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build());
    }

    @AfterEach
    void closeDevice() throws Exception {
        if (namespace != null) {
            device.close();
            namespace.close();
        }
    }

    @Test
    void shouldMoveBatchesLongerThanTheRingInOrder() throws Exception {
        try (PacketRing ring = PacketRing.open(8);
                PacketRing.Queue queue = ring.attach(device)) {
            assertThat(writePings(queue, -1)).containsOnly(28);
            assertThat(readSequences(queue)).containsExactly(sequences(-1));
        }
    }

    @Test
    void shouldMovePacketsInBuffersThatTheKernelKnows() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS);
                PacketRing.Queue queue = ring.attach(device)) {
            ring.addBuffers(1, BUFFER_BYTES);
            ByteBuf buffer = ring.takeBuffer();
            assertThat(ring.takeBuffer()).isNull();
            ByteBuf ping = PacketBuffers.ping("10.7.0.2", "10.7.0.1");
            buffer.writeBytes(ping);
            ping.release();
            assertThat(transfer(queue::write, buffer, buffer.readableBytes())).isEqualTo(28);
            buffer.clear().setZero(0, 28);
            assertThat(transfer(queue::read, buffer, BUFFER_BYTES)).isEqualTo(28);
            assertThat(PacketBuffers.icmpType(buffer)).isZero();
            buffer.release();
        }
    }

    @Test
    void shouldWriteWhatFollowsARefusedPacket() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS);
                PacketRing.Queue queue = ring.attach(device)) {
            int[] results = writePings(queue, 3);
            for (int i = 0; i < PACKETS; i++) {
                assertThat(results[i]).isEqualTo(i == 3 ? -22 : 28);
            }
            assertThat(readSequences(queue)).containsExactly(sequences(3));
        }
    }

    @Test
    void shouldLeaveNoReadBehindInTheKernel() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS);
                PacketRing.Queue queue = ring.attach(device)) {
            assertThat(readSequences(queue)).isEmpty();
            PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1"));
            ByteBuf answer = PacketBuffers.read(device);
            assertThat(PacketBuffers.icmpType(answer)).isZero();
            answer.release();
        }
    }

    @Test
    void shouldReadWhatIsAnnouncedAlongWithAWrite() throws Exception {
        ByteBuf buffer = Unpooled.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
        try (PacketRing ring = PacketRing.open(PACKETS);
                PacketRing.Queue queue = ring.attach(device);
                PacketVector vector = new PacketVector(1)) {
            vector.addPacket(buffer.memoryAddress(), BUFFER_BYTES);
            queue.announceRead(vector);
            assertThat(queue.completeRead(vector)).isEqualTo(PacketRing.NOT_READ);
            writePings(queue, -1);
            queue.announceRead(vector);
            writePings(queue, -1);
            assertThat(queue.completeRead(vector)).isEqualTo(1);
            assertThat(vector.result(0)).isEqualTo(28);
            assertThat(buffer.getUnsignedShort(SEQUENCE_OFFSET)).isEqualTo(1);
            assertThat(readSequences(queue)).hasSize(2 * PACKETS - 1).startsWith(1);
            queue.announceRead(vector);
            writeNothingReadable(queue);
            assertThat(queue.completeRead(vector)).isZero();
        } finally {
            buffer.release();
        }
    }

    @Test
    void shouldTellWhatWasReadWhenTheQueueIsClosedAndReadNothingMore() throws Exception {
        ByteBuf buffer = Unpooled.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
        PacketRing ring = PacketRing.open(PACKETS);
        try (PacketVector vector = new PacketVector(1)) {
            vector.addPacket(buffer.memoryAddress(), BUFFER_BYTES);
            PacketRing.Queue queue = ring.attach(device);
            PacketRing.Queue other = ring.attach(device);
            writePings(other, -1);
            queue.announceRead(vector);
            writePings(other, -1);
            queue.close();
            assertThat(queue.completeRead(vector)).isEqualTo(1);
            PacketRing.Queue last = ring.attach(device);
            last.announceRead(vector);
            last.close();
            writePings(other, -1);
            assertThat(last.completeRead(vector)).isEqualTo(PacketRing.NOT_READ);
            refuse("tl0 is detached from the ring", () -> last.announceRead(vector));
            other.announceRead(vector);
            ring.close();
            assertThat(other.completeRead(vector)).isEqualTo(PacketRing.NOT_READ);
        } finally {
            ring.close();
            buffer.release();
        }
    }

    /** A packet that the kernel answers with nothing. */
    private static void writeNothingReadable(PacketIo io) throws Exception {
        ByteBuf packet = ping(0, true);
        try (PacketVector vector = new PacketVector(1)) {
            vector.addPacket(packet.memoryAddress(), packet.readableBytes());
            assertThat(io.write(vector)).isEqualTo(1);
        } finally {
            packet.release();
        }
    }

    @Test
    void shouldLetTheDeviceGoWhenDetached() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS)) {
            PacketRing.Queue queue = ring.attach(device);
            queue.close();
            queue.close();
            device.close();
            assertThat(namespace.run("ip", "link")).doesNotContain("tl0");
        }
    }

    @Test
    void shouldLetTheDeviceGoWhenTheRingIsClosed() throws Exception {
        PacketRing ring = PacketRing.open(PACKETS);
        PacketRing.Queue queue = ring.attach(device);
        ring.close();
        ring.close();
        queue.close();
        device.close();
        assertThat(namespace.run("ip", "link")).doesNotContain("tl0");
    }

    @Test
    void shouldReportALostDevice() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS);
                PacketRing.Queue queue = ring.attach(device)) {
            namespace.run("ip", "link", "delete", "tl0");
            assertThatThrownBy(() -> readSequences(queue))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("EBADFD");
            assertThatThrownBy(() -> writePings(queue, -1))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("EBADFD");
        }
    }

    @Test
    void shouldRefuseMoreDevicesThanItHoldsAndTakeThemLater() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS)) {
            PacketRing.Queue first = ring.attach(device);
            for (int i = 1; i < 16; i++) {
                ring.attach(device);
            }
            assertThatThrownBy(() -> ring.attach(device))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("ENFILE");
            first.close();
            ring.attach(device);
        }
    }

    @Test
    void shouldRefuseEverythingOnceItIsClosed() throws Exception {
        PacketRing ring = PacketRing.open(PACKETS);
        PacketRing.Queue queue = ring.attach(device);
        ring.addBuffers(1, BUFFER_BYTES);
        ring.close();
        refuse(
                "the ring is closed",
                () -> readSequences(queue),
                () -> writePings(queue, -1),
                () -> ring.attach(device),
                () -> ring.addBuffers(1, BUFFER_BYTES),
                ring::takeBuffer);
        queue.close();
        ring.close();
    }

    @Test
    void shouldRefuseAQueueThatIsClosed() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS)) {
            PacketRing.Queue queue = ring.attach(device);
            queue.close();
            refuse("tl0 is detached from the ring", () -> readSequences(queue), () -> writePings(queue, -1));
            try (PacketRing.Queue next = ring.attach(device)) {
                queue.close();
                assertThat(readSequences(next)).isEmpty();
            }
        }
    }

    @Test
    void shouldRefuseAnotherThreadAsLongAsItsOwnLives() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS);
                PacketRing.Queue queue = ring.attach(device)) {
            ring.addBuffers(1, BUFFER_BYTES);
            String owner = Thread.currentThread().getName();
            CompletableFuture.runAsync(() -> refuse(
                            "the ring is of thread " + owner,
                            () -> readSequences(queue),
                            () -> writePings(queue, -1),
                            () -> ring.attach(device),
                            () -> ring.addBuffers(1, BUFFER_BYTES),
                            ring::takeBuffer,
                            queue::close,
                            ring::close))
                    .get(10, TimeUnit.SECONDS);
            assertThat(readSequences(queue)).isEmpty();
        }
    }

    @Test
    void shouldLetAnotherThreadCloseItWhenItsOwnHasEnded() throws Exception {
        var opened = new AtomicReference<PacketRing>();
        Thread owner = new Thread(() -> {
            try {
                PacketRing ring = PacketRing.open(PACKETS);
                ring.addBuffers(1, BUFFER_BYTES);
                opened.set(ring);
            } catch (TunException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        owner.start();
        owner.join();
        opened.get().close();
        opened.get().close();
    }

    @Test
    void shouldRefuseBuffersThatCannotBe() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS)) {
            for (int[] sizes : new int[][] {{0, 1}, {1, 0}, {-1, -1}, {1 << 16, 1 << 16}, {Integer.MAX_VALUE, 2}}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> ring.addBuffers(sizes[0], sizes[1]))
                        .withMessageEndingWith(sizes[0] + ", " + sizes[1]);
            }
            ring.addBuffers(1, BUFFER_BYTES);
            refuse("the ring has its buffers already", () -> ring.addBuffers(1, BUFFER_BYTES));
        }
    }

    @Test
    void shouldKeepItsMemoryUntilItIsClosedWhoeverDropsItsBuffers() throws Exception {
        try (PacketRing ring = PacketRing.open(PACKETS)) {
            ring.addBuffers(64, 1 << 20);
            assertThat(DirectMemory.usedBytesAfterCollection()).isGreaterThan(64 << 20);
            while (ring.takeBuffer() != null) {
                // Drops it, as a handler may that has kept it for a while.
            }
            assertThat(DirectMemory.usedBytesAfterCollection())
                    .as("direct memory, of which the kernel knows 64 MiB")
                    .isGreaterThan(64 << 20);
        }
    }

    @Test
    void shouldLeaveItsBuffersToThoseWhoHaveThemWhenItIsClosed() throws Exception {
        PacketRing ring = PacketRing.open(PACKETS);
        ring.addBuffers(2, 32 << 20);
        ByteBuf kept = ring.takeBuffer();
        assertThat(kept).isNotNull();
        ring.close();
        assertThat(DirectMemory.usedBytesAfterCollection()).isGreaterThan(64 << 20);
        kept.setLong(0, 1).setLong(kept.capacity() - 8, 2);
        assertThat(kept.getLong(0) + kept.getLong(kept.capacity() - 8)).isEqualTo(3);
        kept.release();
    }

    private static void refuse(String message, ThrowingCallable... calls) {
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call).withMessageStartingWith(message);
        }
    }

    /** Number {@code refused} gets a bad IP version. Returns the results. */
    private static int[] writePings(PacketIo io, int refused) throws Exception {
        ByteBuf packets = Unpooled.directBuffer(PACKETS * 28);
        try (PacketVector vector = new PacketVector(PACKETS)) {
            for (int i = 0; i < PACKETS; i++) {
                vector.addPacket(packets.memoryAddress() + packets.writerIndex(), 28);
                ByteBuf ping = ping(i, i == refused);
                packets.writeBytes(ping);
                ping.release();
            }
            assertThat(io.write(vector)).isEqualTo(PACKETS);
            return results(vector, PACKETS);
        } finally {
            packets.release();
        }
    }

    private static ByteBuf ping(int sequence, boolean refused) throws Exception {
        ByteBuf ping = PacketBuffers.ping("10.7.0.2", "10.7.0.1");
        // Sequence number 1 becomes another, and the checksum follows: RFC 1624.
        ping.setShort(SEQUENCE_OFFSET, 1 + sequence);
        ping.setShort(22, ping.getUnsignedShort(22) - sequence);
        return refused ? ping.setByte(0, 0xf5) : ping;
    }

    private static int[] results(PacketVector vector, int count) {
        int[] results = new int[count];
        for (int i = 0; i < count; i++) {
            results[i] = vector.result(i);
        }
        return results;
    }

    /** The sequence numbers of the echo replies that there are, from 0. */
    private static int[] readSequences(PacketIo io) throws Exception {
        ByteBuf packets = Unpooled.directBuffer(2 * PACKETS * BUFFER_BYTES);
        try (PacketVector vector = new PacketVector(2 * PACKETS)) {
            for (int i = 0; i < 2 * PACKETS; i++) {
                vector.addPacket(packets.memoryAddress() + i * BUFFER_BYTES, BUFFER_BYTES);
            }
            int[] sequences = new int[io.read(vector)];
            for (int i = 0; i < sequences.length; i++) {
                assertThat(vector.result(i)).isEqualTo(28);
                sequences[i] = packets.getUnsignedShort(i * BUFFER_BYTES + SEQUENCE_OFFSET) - 1;
            }
            return sequences;
        } finally {
            packets.release();
        }
    }

    private static int[] sequences(int missing) {
        return IntStream.range(0, PACKETS).filter(i -> i != missing).toArray();
    }

    private interface Transfer {
        int move(PacketVector vector) throws TunException;
    }

    /** Moves one packet. Returns its length. */
    private static int transfer(Transfer transfer, ByteBuf buffer, int bytes) throws TunException {
        try (PacketVector vector = new PacketVector(1)) {
            vector.addPacket(buffer.memoryAddress(), bytes);
            assertThat(transfer.move(vector)).isEqualTo(1);
            return vector.result(0);
        }
    }
}
