// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipelineException;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tunloop.testing.Packets;
import io.tunloop.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what tshark reads. */
class PcapngCaptureTest {
    @TempDir
    private Path folder;

    @Test
    void shouldWriteWhatTsharkReads() throws Exception {
        Path file = folder.resolve("a.pcapng");
        var channel = new EmbeddedChannel(new PcapngCapture(PcapngConfig.of(file), IpOffset.PLAIN));
        long beforeSeconds = System.currentTimeMillis() / 1000;
        channel.writeInbound(Packets.udp4(11).ports(1000, 2000).build());
        channel.writeOutbound(Packets.tcp6().ports(3000, 4000).build());
        channel.writeInbound(Echo.v4("10.0.0.1", "10.0.0.2", 8));
        channel.finishAndReleaseAll();
        List<String[]> packets = tshark(
                file, "frame.len", "ip.src", "ipv6.dst", "udp.dstport", "tcp.srcport", "icmp.type", "frame.time_epoch");
        assertThat(packets).hasSize(3);
        assertThat(packets.get(0)).startsWith("39", "10.0.1.1", "", "2000", "", "");
        assertThat(packets.get(1)).startsWith("60", "", "fd00:2::1", "", "3000", "");
        assertThat(packets.get(2)).startsWith("85", "10.0.0.1", "", "", "", "8");
        double seconds = Double.parseDouble(packets.get(0)[6]);
        assertThat(seconds).isBetween(beforeSeconds - 1.0, beforeSeconds + 10.0);
    }

    @Test
    void shouldFollowAStepOfTheWallClock() throws Exception {
        Path file = folder.resolve("a.pcapng");
        var wallNs = new AtomicLong(TimeUnit.SECONDS.toNanos(1_000_000_000));
        var clock = new CaptureClock(wallNs::get, () -> TimeUnit.NANOSECONDS.toMillis(wallNs.get()), () -> 0);
        var channel = new EmbeddedChannel(new PcapngCapture(PcapngConfig.of(file), IpOffset.PLAIN, clock));
        channel.writeInbound(Packets.udp4(1).build());
        wallNs.addAndGet(TimeUnit.HOURS.toNanos(1));
        channel.writeInbound(Packets.udp4(1).build());
        wallNs.addAndGet(TimeUnit.HOURS.toNanos(1));
        channel.writeOutbound(Packets.udp4(1).build());
        wallNs.addAndGet(-TimeUnit.HOURS.toNanos(2));
        channel.writeOutbound(Packets.udp4(1).build());
        channel.finishAndReleaseAll();
        assertThat(tshark(file, "frame.time_epoch"))
                .extracting(fields -> (long) Double.parseDouble(fields[0]) - 1_000_000_000)
                .containsExactly(0L, 3_600L, 7_200L, 0L);
    }

    @Test
    void shouldKeepTheDirectionAndTheOriginalLengthOfWhatItCuts() throws Exception {
        Path file = folder.resolve("a.pcapng");
        var capture = new PcapngCapture(PcapngConfig.of(file).withSnapBytes(41), IpOffset.PLAIN);
        var channel = new EmbeddedChannel(capture);
        channel.writeInbound(Packets.udp4(1000).build());
        channel.writeOutbound(Packets.udp4(1).build());
        channel.finishAndReleaseAll();
        List<String[]> packets = tshark(file, "frame.len", "frame.cap_len", "frame.packet_flags_direction");
        assertThat(packets.get(0)).startsWith("1028", "41");
        assertThat(packets.get(1)).startsWith("29", "29");
        assertThat(Integer.decode(packets.get(0)[2])).isEqualTo(1);
        assertThat(Integer.decode(packets.get(1)[2])).isEqualTo(2);
    }

    @Test
    void shouldLeaveOutTheVirtioHeader() throws Exception {
        Path file = folder.resolve("a.pcapng");
        var channel = new EmbeddedChannel(new PcapngCapture(PcapngConfig.of(file), IpOffset.VIRTIO));
        ByteBuf packet = Packets.udp4(10).build();
        channel.writeInbound(Unpooled.buffer().writeZero(10).writeBytes(packet));
        packet.release();
        channel.finishAndReleaseAll();
        assertThat(tshark(file, "frame.len", "ip.src").get(0)).containsExactly("38", "10.0.1.1");
    }

    @Test
    void shouldRotateAndKeepTheNewestFiles() throws Exception {
        Path file = folder.resolve("a.pcapng");
        long maxBytes = PcapngConfig.MIN_FILE_BYTES;
        var capture = new PcapngCapture(PcapngConfig.of(file).withRotation(maxBytes, 2), IpOffset.PLAIN);
        var channel = new EmbeddedChannel(capture);
        for (int i = 0; i < 1000; i++) {
            channel.writeInbound(Packets.udp4(1000).id(i).build());
        }
        channel.finishAndReleaseAll();
        List<Path> files;
        try (var list = Files.list(folder)) {
            files = list.sorted().toList();
        }
        assertThat(files).extracting(path -> path.getFileName().toString()).containsExactly("a-3.pcapng", "a-4.pcapng");
        int packets = 0;
        for (Path each : files) {
            assertThat(Files.size(each)).isLessThanOrEqualTo(maxBytes);
            packets += tshark(each, "ip.id").size();
        }
        List<String[]> newest = tshark(files.get(1), "ip.id");
        assertThat(Integer.decode(newest.get(newest.size() - 1)[0])).isEqualTo(999);
        assertThat(packets).isBetween(250, 500);
    }

    @Test
    void shouldWriteWithinASecondWhileItGoesOn() throws Exception {
        Path file = folder.resolve("a.pcapng");
        var channel = new EmbeddedChannel(new PcapngCapture(PcapngConfig.of(file), IpOffset.PLAIN));
        channel.writeInbound(Packets.udp4(10).build());
        assertThat(Files.size(file)).isZero();
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(Files.size(file)).isPositive();
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldEndWhenTheDiskIsFullAndLetPacketsPass() {
        var capture = new PcapngCapture(PcapngConfig.of(Path.of("/dev/full")), IpOffset.PLAIN);
        var channel = new EmbeddedChannel(capture);
        for (int i = 0; i < 500; i++) {
            channel.writeInbound(Packets.udp4(1000).build());
        }
        assertThat(channel.inboundMessages()).hasSize(500);
        assertThat(capture.failure()).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldNotBeAddedWhenItsFileCannotBeOpened() {
        var capture = new PcapngCapture(PcapngConfig.of(folder.resolve("none/a.pcapng")), IpOffset.PLAIN);
        var channel = new EmbeddedChannel();
        channel.pipeline().addLast(capture);
        assertThatThrownBy(channel::checkException)
                .isInstanceOf(ChannelPipelineException.class)
                .hasRootCauseInstanceOf(IOException.class);
        assertThat(channel.pipeline().get(PcapngCapture.class)).isNull();
        channel.finish();
    }

    @Test
    void shouldNameTheRuleThatASettingBreaks() {
        PcapngConfig config = PcapngConfig.of(folder.resolve("a"));
        assertThatThrownBy(() -> config.withSnapBytes(-1)).hasMessage("snapBytes must be 0..131072: -1");
        assertThatThrownBy(() -> config.withRotation(1000, 1))
                .hasMessage("maxFileBytes must be 0 or at least 262144: 1000");
    }

    private static List<String[]> tshark(Path file, String... fields) throws Exception {
        Tools.require("tshark");
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString(), "-T", "fields"));
        for (String field : fields) {
            command.addAll(List.of("-e", field));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().map(line -> line.split("\t", -1)).toList();
    }
}
