// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.CWR;
import static io.tunloop.packet.TransportHeader.PSH;
import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.packet.IpHeader;
import io.tunloop.relay.ForwardMode;
import io.tunloop.testing.Guest;
import io.tunloop.testing.GuestFrames;
import io.tunloop.testing.LinkCounters;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Sink;
import io.tunloop.testing.SteadyTransfer;
import io.tunloop.testing.TwoHosts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest sends what it likes: the daemon, in the memory that its launcher grants, forwards for others meanwhile and tells
 * of every frame what became of it.
 *
 * <pre>
 * guest0 ─► tun11 ─► daemon ─► tun22     hostile frames, the same for the same seed
 * host 1 ─► tun11 ◄► daemon ◄► tun22     somebody else's TCP
 *
 * mvn verify -Dit.excluded= -Dit.test=HostileIT -Dtunloop.hostile.seconds=600 -Dtunloop.hostile.seed=7
 * </pre>
 */
@RequiresTun
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileIT {
    private static final long SEED = Long.getLong("tunloop.hostile.seed", 20261125);
    private static final int LONG_SECONDS = Integer.getInteger("tunloop.hostile.seconds", 60);
    private static final int QUICK_FRAMES = 1_000;
    private static final int FRAMES_AT_ONCE = 32;
    private static final long MAX_GROWTH_KIB = 24 << 10;
    private static final int PATIENCE_SECONDS = 20;
    private static final int ROUTING = 43;
    private static final int ICMP = 1;
    private static final int PING_HEADERS_BYTES = 28;
    private static final int SEGMENT_BYTES = 1_000;

    @TempDir
    private static Path folder;

    private static TwoHosts hosts;
    private static SteadyTransfer others;

    private LaunchedDaemon daemon;

    /** The next test shall not meet what this one has left in disorder. */
    @RegisterExtension
    final AfterTestExecutionCallback disorder =
            context -> context.getExecutionException().ifPresent(cause -> {
                cause.addSuppressed(new AssertionError("output: " + daemon.describe()));
                closeHosts();
            });

    static List<String> modes() {
        return System.getProperty("m") != null
                ? List.of(System.getProperty("m").split(","))
                : ForwardMode.all().stream().map(ForwardMode::name).toList();
    }

    /** They outlive the daemons: to make them takes longer than a test. */
    @BeforeEach
    void openHosts() {
        if (hosts == null) {
            hosts = new TwoHosts();
            others = SteadyTransfer.open(hosts);
        }
    }

    @AfterAll
    static void closeHosts() {
        if (hosts != null) {
            hosts.close();
            hosts = null;
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void shouldForwardForOthersAndTellOfEveryFrameWhatBecameOfIt(String mode) throws Exception {
        daemon = LaunchedDaemon.launch(hosts, folder, mode);
        var frames = new GuestFrames(SEED + modes().indexOf(mode));
        try (Guest guest = new Guest(hosts.host1(), "tun11")) {
            others.begin();
            attack(guest, frames, QUICK_FRAMES / 4);
            long residentKib = daemon.residentKib();
            attack(guest, frames, QUICK_FRAMES * 3 / 4);
            assertFlat(residentKib);
            assertThat(others.end()).isPositive();
            assertAllFramesWereRead(guest);
        }
        daemon.assertNothingWasLostInSilence();
    }

    @ParameterizedTest
    @MethodSource("modes")
    @Tag("soak")
    @Timeout(value = 6, unit = TimeUnit.HOURS)
    void shouldForwardForOthersForLong(String mode) throws Exception {
        daemon = LaunchedDaemon.launch(hosts, folder, mode);
        var frames = new GuestFrames(SEED + modes().indexOf(mode));
        try (Guest guest = new Guest(hosts.host1(), "tun11")) {
            others.begin();
            attackFor(LONG_SECONDS / 3, guest, frames);
            long residentKib = daemon.residentKib();
            attackFor(LONG_SECONDS * 2 / 3, guest, frames);
            assertFlat(residentKib);
            assertThat(others.end()).isPositive();
            assertAllFramesWereRead(guest);
            System.out.printf("hostile %s, %d s: %d frames%n", mode, LONG_SECONDS, guest.sent());
        }
        daemon.assertNothingWasLostInSilence();
    }

    private static void attackFor(long seconds, Guest guest, GuestFrames frames) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < deadlineNs) {
            attack(guest, frames, FRAMES_AT_ONCE);
        }
    }

    private static void attack(Guest guest, GuestFrames frames, int count) throws IOException {
        for (int i = 1; i <= count; i++) {
            guest.send(frames.next());
            if (i % FRAMES_AT_ONCE == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1)); // The device's queue is not what is tested.
            }
        }
    }

    private void assertFlat(long beforeKib) {
        assertThat(daemon.residentKib()).as("resident KiB").isLessThan(beforeKib + MAX_GROWTH_KIB);
        daemon.assertMemoryIsBounded();
    }

    /** Nothing is lost before the daemon but what the kernel itself could not split for the device. */
    private void assertAllFramesWereRead(Guest guest) {
        assertThat(guest.notRedirected()).isZero();
        await(
                "packets that the daemon has read",
                () -> daemon.packets("tun11", "read"),
                () -> LinkCounters.of(hosts.host1(), "tun11").txPackets());
        await(
                "packets that it has written",
                () -> daemon.packets("tun22", "written"),
                () -> LinkCounters.of(hosts.host2(), "tun22").rxPackets());
    }

    /** The two are equal at some moment; hosts say a word of their own now and then. */
    private static void await(String what, LongSupplier value, LongSupplier expected) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        long is = value.getAsLong();
        long shouldBe = expected.getAsLong();
        while (is != shouldBe) {
            assertThat(System.nanoTime())
                    .as("%s: %d, expected %d", what, is, shouldBe)
                    .isLessThan(deadlineNs);
            Thread.onSpinWait();
            is = value.getAsLong();
            shouldBe = expected.getAsLong();
        }
    }

    /** Each of them once took half a second, and a gigabyte that there was not. */
    @ParameterizedTest
    @ValueSource(strings = {"async-gso", "async-gso-framed", "sync-gso-channel"})
    void shouldRefuseAndCountFramesWithAGigabyteOfHeaders(String mode) throws Exception {
        daemon = LaunchedDaemon.launch(hosts, folder, mode);
        var frames = new GuestFrames(SEED);
        int count = 50;
        try (Guest guest = new Guest(hosts.host1(), "tun11")) {
            for (int i = 0; i < count; i++) {
                assertThat(guest.send(frames.longHeadersForManySegments())).isTrue();
            }
            await("frames that were refused", () -> daemon.dropped("tun11", "invalid"), () -> count);
            assertThat(hosts.host1().run("ping", "-c5", "-i0.2", TwoHosts.ADDRESS_2))
                    .contains(" 0% packet loss");
            daemon.assertMemoryIsBounded();
        }
        daemon.assertNothingWasLostInSilence();
    }

    /** 650,000 packets that the kernel splits as readily as we do: they are forwarded, and keep nobody waiting. */
    @ParameterizedTest
    @ValueSource(strings = {"async-gso", "sync-gso-channel"})
    void shouldForwardForOthersWhileAFewFramesStandForManyPackets(String mode) throws Exception {
        daemon = LaunchedDaemon.launch(hosts, folder, mode);
        var frames = new GuestFrames(SEED);
        try (Guest guest = new Guest(hosts.host1(), "tun11");
                Sink sink = new Sink(hosts.host1(), "tun11")) {
            for (int i = 0; i < 10; i++) {
                assertThat(guest.send(frames.segmentsThatNobodyAnswers())).isTrue();
            }
            for (int length = 100; length < 110; length++) {
                int probe = length;
                hosts.host2()
                        .sh("ping -q -c1 -W0.001 -s" + length + " " + TwoHosts.ADDRESS_1 + " || true"); // No answer.
                sink.receive(packet -> packet[9] == ICMP && packet.length == PING_HEADERS_BYTES + probe);
            }
            assertAllFramesWereRead(guest);
        }
        daemon.assertNothingWasLostInSilence();
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-gso", "async-gso-framed", "sync-gso-channel", "async-merge", "async-passthrough"})
    void shouldSumSegmentsForTheLastAddressOfASourceRoute(String mode) throws Exception {
        daemon = LaunchedDaemon.launch(hosts, folder, mode);
        PacketSpec tcp6 = Packets.tcp6(CWR | ACK | PSH, 2_500, 1);
        PacketSpec tcp4 = Packets.tcp4(CWR | ACK | PSH, 2_500, 1);
        List<PacketSpec> routed = List.of(
                tcp6.copy().routing(0, 1, "fd00:9::9", "fd00:7::7", "fd00:9::9"),
                tcp6.copy().routing(4, 1, "fd00:9::9", "fd00:9::9", "fd00:7::7"),
                tcp6.copy().routing(4, 0, null, TwoHosts.IPV6_ADDRESS_2, "fd00:7::7"),
                tcp4.copy().sourceRoute(131, 4, "10.9.9.9", "10.7.7.7", "10.9.9.9"));
        try (Guest guest = new Guest(hosts.host1(), "tun11");
                Sink sink = new Sink(hosts.host2(), "tun22")) {
            for (PacketSpec packet : routed) {
                assertThat(guest.send(Packets.take(packet.frame(SEGMENT_BYTES))))
                        .isTrue();
                for (PacketSpec segment : segments(packet)) {
                    assertThat(sink.receive(HostileIT::isTcp)).as("%s", segment).isEqualTo(segment.bytes());
                }
            }
        }
        daemon.assertNothingWasLostInSilence();
    }

    /** What the kernel makes of a packet: CWR stays with the first, PSH with the last. */
    private static List<PacketSpec> segments(PacketSpec packet) {
        List<PacketSpec> segments = new ArrayList<>();
        PacketSpec next = packet.copy();
        for (int left = packet.payloadBytes(); left > 0; left -= SEGMENT_BYTES) {
            int flags = ACK | (segments.isEmpty() ? CWR : 0) | (left <= SEGMENT_BYTES ? PSH : 0);
            PacketSpec segment =
                    next.copy().payload(Math.min(left, SEGMENT_BYTES)).flags(flags);
            segments.add(segment);
            next = segment.next();
        }
        return segments;
    }

    private static boolean isTcp(byte[] packet) {
        return packet[0] >> 4 == 4 ? packet[9] == IpHeader.PROTOCOL_TCP : packet[6] == ROUTING;
    }
}
