// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.packet.IpHeader;
import io.tunloop.testing.Codec;
import io.tunloop.testing.Frame;
import io.tunloop.testing.PacketGenerator;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every sequence of packets: seeded random ones, of at most ten packets, so that a failure is readable. */
class CodecPropertyTest {
    private static final int SEQUENCES = 100;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldRestoreByteForByteWhatWasMerged(long seed) {
        PacketGenerator generator = new PacketGenerator(seed);
        for (int i = 0; i < SEQUENCES; i++) {
            List<PacketSpec> sequence = generator.sequence(1_000);
            List<byte[]> packets = bytes(sequence);
            List<byte[]> restored = Codec.splitAll(Codec.merge(packets));
            assertThat(restored)
                    .as("sequence %d of seed %d: %s", i, seed, PacketGenerator.describe(sequence))
                    .containsExactlyInAnyOrderElementsOf(packets);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4})
    void shouldKeepTheOrderOfEachFlow(long seed) {
        PacketGenerator generator = new PacketGenerator(seed);
        for (int i = 0; i < SEQUENCES; i++) {
            List<PacketSpec> sequence = generator.sequence(1_000);
            List<byte[]> packets = bytes(sequence);
            List<byte[]> restored = Codec.splitAll(Codec.merge(packets));
            for (PacketSpec flow : sequence) {
                assertThat(ofFlow(flow, restored))
                        .as("sequence %d of seed %d: %s", i, seed, PacketGenerator.describe(sequence))
                        .containsExactlyElementsOf(ofFlow(flow, packets));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void shouldSplitMergeAndSplitToTheSameBytes(long seed) {
        PacketGenerator generator = new PacketGenerator(seed);
        for (int i = 0; i < SEQUENCES; i++) {
            PacketGenerator.Whole whole = generator.whole("10.0.2.1", "fd00:2::1");
            byte[] frame = Packets.take(whole.packet().frame(whole.gsoSize()));
            List<byte[]> packets = Codec.split(frame);
            String name = "frame " + i + " of seed " + seed + ": " + whole;
            assertThat(Codec.splitAll(Codec.merge(packets))).as(name).containsExactlyElementsOf(packets);
            List<Frame> merged = Codec.splitAndMerge(List.of(frame));
            assertThat(Codec.splitAll(merged)).as(name).containsExactlyElementsOf(packets);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void shouldMergeSegmentsAsItMergesPackets(long seed) {
        PacketGenerator generator = new PacketGenerator(seed);
        for (int i = 0; i < SEQUENCES; i++) {
            List<PacketGenerator.Whole> sequence = generator.wholes(1_000);
            List<byte[]> frames = sequence.stream()
                    .map(whole -> Packets.take(whole.packet().frame(whole.gsoSize())))
                    .toList();
            List<byte[]> packets = frames.stream()
                    .flatMap(frame -> Codec.split(frame).stream())
                    .toList();
            assertThat(bytesOf(Codec.splitAndMerge(frames)))
                    .as("sequence %d of seed %d: %s", i, seed, sequence)
                    .containsExactlyElementsOf(bytesOf(Codec.merge(packets)));
        }
    }

    private static List<byte[]> bytesOf(List<Frame> frames) {
        return frames.stream().map(Frame::bytes).toList();
    }

    private static List<byte[]> bytes(List<PacketSpec> sequence) {
        return sequence.stream().map(PacketSpec::bytes).collect(Collectors.toCollection(ArrayList::new));
    }

    /** The packets with the flow's addresses and ports, later fragments included, in their order. */
    private static List<byte[]> ofFlow(PacketSpec flow, List<byte[]> packets) {
        byte[] model = flow.bytes();
        return packets.stream().filter(packet -> sameFlow(model, packet)).toList();
    }

    private static boolean sameFlow(byte[] a, byte[] b) {
        int from = a[0] >> 4 == 6 ? IpHeader.V6_SOURCE_OFFSET : IpHeader.V4_SOURCE_OFFSET;
        int to = a[0] >> 4 == 6 ? IpHeader.V6_BYTES : IpHeader.V4_BYTES;
        return a[0] >> 4 == b[0] >> 4
                && Arrays.equals(a, from, to, b, from, to)
                && protocol(a) == protocol(b)
                && Arrays.equals(a, ports(a), ports(a) + 4, b, ports(b), ports(b) + 4);
    }

    private static int ports(byte[] packet) {
        if (packet[0] >> 4 == 4) {
            return (packet[0] & 0xf) * 4;
        }
        int offset = 40;
        for (int next = packet[6]; next != 6 && next != 17; ) {
            next = packet[offset];
            offset += 8 + (packet[offset + 1] & 0xff) * 8;
        }
        return offset;
    }

    private static int protocol(byte[] packet) {
        if (packet[0] >> 4 == 4) {
            return packet[9];
        }
        int next = packet[6];
        for (int offset = 40; next != 6 && next != 17; ) {
            next = packet[offset];
            offset += 8 + (packet[offset + 1] & 0xff) * 8;
        }
        return next;
    }
}
