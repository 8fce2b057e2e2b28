// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.PSH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.packet.IpHeader;
import io.tunloop.testing.Codec;
import io.tunloop.testing.Frame;
import io.tunloop.testing.OffloadCase;
import io.tunloop.testing.PacketGenerator;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.PlainChecksum;
import io.tunloop.testing.RequiresTun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The running kernel says whether our groups are right: never coarser than those of its GRO, and split into the bytes of
 * its GSO. {@code -Doracle.seed=N} repeats a run, {@code -Doracle.sequences=N} makes it longer.
 */
@RequiresTun
@Timeout(300)
class KernelOracleIT {
    private static final int SEQUENCES = Integer.getInteger("oracle.sequences", 2_400);
    private static final int FRAMES = Integer.getInteger("oracle.frames", 2_000);
    private static final long SEED = Long.getLong("oracle.seed", 20_261_122L);
    private static final int SEQUENCES_PER_WINDOW = 40;
    private static final int FIRST_PORT = 2_000;
    private static final int PORTS = 4;
    /** The kernel ends a group early when a jiffy passes: a sequence that merges too little is asked again. */
    private static final int ATTEMPTS = 8;

    private static KernelOracle kernel;

    @BeforeAll
    static void open() throws Exception {
        kernel = new KernelOracle();
    }

    @AfterAll
    static void close() throws Exception {
        if (kernel != null) {
            kernel.close();
        }
    }

    @Test
    void shouldMergeEveryCaseNoCoarserThanTheKernel() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (OffloadCase offloadCase : OffloadCase.merging()) {
            List<PacketSpec> packets = offloadCase.packets();
            String problem = problem(packets);
            if (problem != null) {
                wrong.add(offloadCase.name() + ": " + problem + PacketGenerator.describe(packets));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldMergeRandomSequencesNoCoarserThanTheKernel() throws Exception {
        System.out.println("oracle.seed=" + SEED + " oracle.sequences=" + SEQUENCES);
        PacketGenerator generator = new PacketGenerator(SEED);
        int merged = 0;
        for (int done = 0; done < SEQUENCES; done += SEQUENCES_PER_WINDOW) {
            List<List<PacketSpec>> sequences = new ArrayList<>();
            for (int i = 0; i < SEQUENCES_PER_WINDOW; i++) {
                sequences.add(generator.sequence(FIRST_PORT + i * PORTS));
            }
            List<List<Frame>> kernels = askKernel(sequences);
            for (int i = 0; i < sequences.size(); i++) {
                List<PacketSpec> sequence = sequences.get(i);
                List<Frame> ours = ours(sequence);
                merged += sequence.size() - ours.size();
                if (compare(sequence, ours, kernels.get(i)) != null && problem(sequence) != null) {
                    List<PacketSpec> small = shrink(sequence);
                    fail("sequence " + (done + i) + " of seed " + SEED + ": " + problem(small)
                            + PacketGenerator.describe(small));
                }
            }
        }
        assertThat(merged).as("packets merged away in %d sequences", SEQUENCES).isGreaterThan(SEQUENCES);
    }

    @Test
    void shouldSplitRandomFramesAsTheKernelDoes() throws Exception {
        System.out.println("oracle.seed=" + SEED + " oracle.frames=" + FRAMES);
        PacketGenerator generator = new PacketGenerator(SEED);
        for (int i = 0; i < FRAMES; i++) {
            PacketGenerator.Whole whole = generator.whole("10.0.3.1", "fd00:3::1");
            byte[] frame = Packets.take(whole.packet().frame(whole.gsoSize()));
            List<byte[]> ours = Codec.split(frame);
            ours.replaceAll(KernelOracleIT::forwarded);
            List<byte[]> kernels = kernel.split(frame, ours.size());
            assertThat(kernels)
                    .as("frame %d of seed %d: %s gso_size=%d", i, SEED, whole.packet(), whole.gsoSize())
                    .containsExactlyElementsOf(ours);
        }
    }

    /** The IDs of packets that follow one another. */
    private static List<List<PacketSpec>> fixedIds() {
        return List.of(
                OffloadCase.ids(0x4000, 8, 8, 8),
                OffloadCase.ids(0, 8, 8),
                OffloadCase.ids(0x4000, 8, 9, 9),
                OffloadCase.ids(0x4000, 8, 8, 9),
                OffloadCase.ids(0, 8, 9, 9));
    }

    /** The kernel splits groups of fixed IDs again for a TUN, but counts what comes in. */
    @ParameterizedTest
    @MethodSource("fixedIds")
    void shouldMergeFixedIdsAsTheKernelDoesWhereItMay(List<PacketSpec> packets) throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel(new GroCoalescer(GroCoalescer.Ids.INCREASING_OR_FIXED));
        packets.forEach(packet -> channel.write(packet.build()));
        channel.flush();
        List<byte[]> bytes = packets.stream().map(PacketSpec::bytes).toList();
        int ours = channel.outboundMessages().size();
        channel.releaseOutbound();
        assertThat(channel.finish()).isFalse();
        int kernels = 0;
        for (int attempt = 0; attempt < ATTEMPTS && kernels != ours; attempt++) {
            kernels = kernel.groups(bytes);
        }
        // Kernels from 6.18 on merge fixed IDs without DF too.
        boolean dontFragment = packets.get(0).isDontFragment();
        assertThat(ours).isGreaterThanOrEqualTo(kernels);
        assertThat(ours == kernels || !dontFragment).isTrue();
    }

    @Test
    void shouldMergeNothingThatTheKernelRefuses() throws Exception {
        PacketGenerator generator = new PacketGenerator(SEED);
        for (int i = 0; i < SEQUENCES; i++) {
            List<PacketSpec> sequence = generator.sequence(FIRST_PORT);
            for (Frame frame : ours(sequence)) {
                if (frame.gsoType() != 0) {
                    assertThat(kernel.write(frame.bytes()))
                            .as("sequence %d of seed %d: %s", i, SEED, PacketGenerator.describe(sequence))
                            .isEqualTo(frame.bytes().length);
                }
            }
        }
    }

    /** Frames whose source has routed them through others, by what the pseudo header takes for the destination. */
    private static List<PacketSpec> routed() {
        PacketSpec tcp = Packets.tcp6(ACK | PSH, 2_500, 1).destination("fd00:3::1");
        return List.of(
                tcp.copy().routing(0, 1, "fd00:9::9", "fd00:7::7", "fd00:9::9"),
                tcp.copy().routing(2, 1, "fd00:9::9", "fd00:9::9"),
                tcp.copy().routing(4, 1, "fd00:9::9", "fd00:9::9", "fd00:7::7"),
                tcp.copy().routing(4, 0, null, "fd00:3::1", "fd00:7::7"),
                tcp.copy().routing(77, 1, "fd00:9::9", "fd00:7::7"),
                Packets.udp6(2_500).destination("fd00:3::1").routing(0, 1, "fd00:9::9", "fd00:9::9"),
                Packets.tcp4(ACK, 2_500, 1)
                        .destination("10.0.3.1")
                        .sourceRoute(131, 4, "10.9.9.9", "10.7.7.7", "10.9.9.9"));
    }

    @ParameterizedTest
    @MethodSource("routed")
    void shouldSplitARoutedFrameAsTheKernelDoes(PacketSpec whole) throws Exception {
        byte[] frame = Packets.take(whole.frame(1_000));
        List<byte[]> ours = Codec.split(frame);
        ours.replaceAll(KernelOracleIT::forwarded);
        assertThat(kernel.split(frame, ours.size())).containsExactlyElementsOf(ours);
    }

    private static List<Frame> ours(List<PacketSpec> sequence) {
        return Codec.merge(sequence.stream().map(PacketSpec::bytes).toList());
    }

    /** What is wrong with our groups, after as many attempts as it takes to be sure; null if nothing. */
    private static String problem(List<PacketSpec> sequence) throws Exception {
        List<PacketSpec> own = sequence;
        String problem = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            problem = compare(own, ours(own), askKernel(List.of(own)).get(0));
            if (problem == null) {
                return null;
            }
        }
        return problem;
    }

    /** Leaves out what the problem does not need. */
    private static List<PacketSpec> shrink(List<PacketSpec> sequence) throws Exception {
        List<PacketSpec> small = new ArrayList<>(sequence);
        for (int i = small.size() - 1; i >= 0; i--) {
            List<PacketSpec> smaller = new ArrayList<>(small);
            smaller.remove(i);
            if (!smaller.isEmpty() && problem(smaller) != null) {
                small = smaller;
            }
        }
        return small;
    }

    /** The kernel's frames, for each sequence. */
    private static List<List<Frame>> askKernel(List<List<PacketSpec>> sequences) throws Exception {
        List<byte[]> packets = new ArrayList<>();
        Map<ByteBuffer, List<Frame>> framesOfPacket = new HashMap<>();
        List<List<Frame>> answer = new ArrayList<>();
        int survivors = 0;
        for (List<PacketSpec> sequence : sequences) {
            List<Frame> frames = new ArrayList<>();
            answer.add(frames);
            for (PacketSpec packet : sequence) {
                packets.add(packet.bytes());
                framesOfPacket.put(ByteBuffer.wrap(packet.forwardedBytes()), frames);
                survivors += packet.isV6() || !packet.hasBadIpChecksum() ? 1 : 0;
            }
        }
        for (byte[] frame : kernel.merge(packets, survivors)) {
            // A frame in which no packet is as it was written belongs to no sequence, which then misses packets.
            Codec.split(frame).stream()
                    .map(packet -> framesOfPacket.get(ByteBuffer.wrap(packet)))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .ifPresent(frames -> frames.add(new Frame(frame)));
        }
        return answer;
    }

    private static int indexOf(List<byte[]> packets, byte[] packet, BiPredicate<byte[], byte[]> same) {
        for (int i = 0; i < packets.size(); i++) {
            if (packets.get(i) != null && same.test(packets.get(i), packet)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isSame(byte[] written, byte[] read) {
        return Arrays.equals(written, read);
    }

    /** The kernel merges packets of one and the same IPv4 ID too, and cannot say so to who splits them again. */
    private static boolean isSameButForId(byte[] written, byte[] read) {
        return Arrays.equals(withoutId(written), withoutId(read));
    }

    private static byte[] withoutId(byte[] packet) {
        byte[] copy = packet.clone();
        if (copy.length >= IpHeader.V4_BYTES && copy[0] >> 4 == 4) {
            for (int field : new int[] {IpHeader.V4_ID_OFFSET, IpHeader.V4_CHECKSUM_OFFSET}) {
                copy[field] = 0;
                copy[field + 1] = 0;
            }
        }
        return copy;
    }

    private static String compare(List<PacketSpec> sequence, List<Frame> ours, List<Frame> kernels) throws Exception {
        List<List<Integer>> ourGroups =
                groups(sequence.stream().map(PacketSpec::bytes).toList(), ours, KernelOracleIT::isSame);
        List<List<Integer>> kernelGroups = groups(
                sequence.stream().map(PacketSpec::forwardedBytes).toList(), kernels, KernelOracleIT::isSameButForId);
        String both = "ours " + ourGroups + ", the kernel's " + kernelGroups;
        if (ourGroups.stream().anyMatch(group -> group.contains(-1))) {
            return "we made a packet that was never written: " + both;
        }
        if (kernelGroups.stream().anyMatch(group -> group.contains(-1))) {
            return "the kernel made another packet: " + both;
        }
        for (int i = 0; i < sequence.size(); i++) {
            int packet = i;
            boolean lost = kernelGroups.stream().noneMatch(group -> group.contains(packet));
            if (lost && !sequence.get(i).hasBadIpChecksum()) {
                return "the kernel lost packet " + i + ": " + both;
            }
        }
        for (List<Integer> group : ourGroups) {
            if (group.size() > 1
                    && kernelGroups.stream().noneMatch(coarser -> coarser.containsAll(group))
                    && !mergesAlone(group.stream().map(sequence::get).toList())) {
                return "coarser than the kernel: " + both;
            }
        }
        return compareEqualGroups(ours, ourGroups, kernels, kernelGroups);
    }

    /**
     * True if the kernel merges exactly these packets. It may not have done so because it had put the first of them into a
     * group that we had closed: we close one for any packet of its flow, the kernel lets some of them overtake.
     */
    private static boolean mergesAlone(List<PacketSpec> packets) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (askKernel(List.of(packets)).get(0).size() == 1) {
                return true;
            }
        }
        return false;
    }

    /** Where both have merged the same packets, both have made the same packet of them. */
    private static String compareEqualGroups(
            List<Frame> ours, List<List<Integer>> ourGroups, List<Frame> kernels, List<List<Integer>> kernelGroups) {
        for (int i = 0; i < ours.size(); i++) {
            int same = kernelGroups.indexOf(ourGroups.get(i));
            if (ourGroups.get(i).size() > 1 && same >= 0) {
                byte[] our = forwarded(ours.get(i).packet());
                byte[] theirs = kernels.get(same).packet();
                if (!Arrays.equals(our, theirs)
                        || ours.get(i).gsoSize() != kernels.get(same).gsoSize()) {
                    return "group " + ourGroups.get(i) + " differs at byte " + Arrays.mismatch(our, theirs);
                }
            }
        }
        return null;
    }

    /** The numbers of the packets in each frame. */
    private static List<List<Integer>> groups(
            List<byte[]> packets, List<Frame> frames, BiPredicate<byte[], byte[]> same) {
        List<byte[]> left = new ArrayList<>(packets);
        List<List<Integer>> groups = new ArrayList<>();
        for (Frame frame : frames) {
            List<Integer> group = new ArrayList<>();
            for (byte[] segment : Codec.split(frame.bytes())) {
                int exact = indexOf(left, segment, KernelOracleIT::isSame);
                int index = exact >= 0 ? exact : indexOf(left, segment, same);
                if (index >= 0) {
                    left.set(index, null);
                }
                group.add(index);
            }
            groups.add(group);
        }
        return groups;
    }

    /** The packet as a router sends it on. */
    private static byte[] forwarded(byte[] packet) {
        byte[] out = packet.clone();
        if (packet[0] >> 4 == 6) {
            out[IpHeader.V6_HOP_LIMIT_OFFSET]--;
            return out;
        }
        out[IpHeader.V4_TTL_OFFSET]--;
        ByteBuffer header = ByteBuffer.wrap(out);
        header.putShort(IpHeader.V4_CHECKSUM_OFFSET, (short) 0);
        int bytes = (out[0] & 0xf) * 4;
        int sum = PlainChecksum.fold(PlainChecksum.sum(out, 0, bytes));
        header.putShort(IpHeader.V4_CHECKSUM_OFFSET, (short) ~sum);
        return out;
    }
}
