// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunTransport;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDevice;
import io.tunloop.packet.PacketBatch;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import io.tunloop.testing.TwoHosts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** iperf3 through splitter and coalescer: no host ever sees a header or a checksum that is wrong. */
@RequiresTun
@Timeout(120)
class CodecTrafficIT {
    /** IPv6 allows no smaller one (RFC 8200): below it a device has no IPv6 addresses, and 576 is for IPv4 alone. */
    private static final int MIN_IPV6_MTU_BYTES = 1_280;

    private static final String[] TCP = {"-P3", "--bidir"};
    private static final String[] UDP = {"-P2", "--bidir", "-u", "-b50M"};

    private static final String GOOD = "tcp.checksum.status==1 || udp.checksum.status==1";

    /** Host 2's kernel, whose packets we have not touched yet, writes 0xffff for a TCP checksum of 0; tshark wants the 0. */
    private static final String OTHER_ZERO =
            "tcp.checksum==0xffff && (ip.src==" + TwoHosts.ADDRESS_2 + " || ipv6.src==" + TwoHosts.IPV6_ADDRESS_2 + ")";

    private static final String BAD = "ip.checksum.status==0 || (tcp.checksum.status==0 && !(" + OTHER_ZERO
            + ")) || udp.checksum.status==0 || _ws.malformed";

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    @BeforeAll
    static void requireTools() {
        Tools.require("iperf3", "nstat");
    }

    @ParameterizedTest
    @CsvSource({
        "async-gso, 576",
        "async-gso, 1500",
        "async-gso, 9000",
        "async-gso, 65535",
        "async-merge, 576",
        "async-merge, 1500",
        "async-merge, 9000",
        "async-merge, 65535"
    })
    void shouldCarryTcpAndUdpBothWaysWithoutABadChecksum(String mode, int mtuBytes) throws IOException {
        Forwarder forwarder = hosts.forward(hosts.config(ForwardMode.of(mode).orElseThrow()));
        // Afterwards, since a small MTU takes the IPv6 addresses away, and the routes with them.
        hosts.host1().run("ip", "link", "set", "tun11", "mtu", Integer.toString(mtuBytes));
        hosts.host2().run("ip", "link", "set", "tun22", "mtu", Integer.toString(mtuBytes));
        exchange(mtuBytes >= MIN_IPV6_MTU_BYTES);
        for (Direction direction : forwarder.directions()) {
            assertThat(direction.written().mergesRefused()).isZero();
            assertThat(direction.written().droppedInvalid()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-merge", "async-merge-channel", "sync-merge"})
    void shouldReadPacketByPacketAndWriteFrames(String mode) throws IOException {
        Tools.require("ethtool");
        Forwarder forwarder = hosts.forward(hosts.config(ForwardMode.of(mode).orElseThrow()));
        assertThat(hosts.host1().run("ethtool", "-k", "tun11"))
                .contains("tcp-segmentation-offload: off", "tx-checksumming: off");

        iperf3(TwoHosts.ADDRESS_2);

        Direction there = forwarder.directions().get(0);
        assertThat(there.read().packetsRead()).isEqualTo(there.segmentsRead());
        assertThat(there.written().packetsWritten()).isLessThan(there.segmentsWritten() / 4);
        assertThat(there.dropped()).isZero();
    }

    private void exchange(boolean ipv6) throws IOException {
        for (String address :
                ipv6 ? List.of(TwoHosts.ADDRESS_2, TwoHosts.IPV6_ADDRESS_2) : List.of(TwoHosts.ADDRESS_2)) {
            iperf3(address, TCP);
            iperf3(address, UDP);
        }
        assertNoBadChecksum(hosts.host1());
        assertNoBadChecksum(hosts.host2());
    }

    /** One measurement with a server of its own. */
    private void iperf3(String address, String... options) throws IOException {
        Process server = hosts.host2().start("iperf3", "-s", "-1", "--forceflush");
        waitFor(server, "Server listening");
        String output = hosts.host1().sh("iperf3 -t1 -c " + address + " " + String.join(" ", options));
        assertThat(output).contains("iperf Done.");
        server.onExit().join();
    }

    private static void waitFor(Process process, String text) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        while (line != null && !line.contains(text)) {
            line = reader.readLine();
        }
        assertThat(line).as("output of %s", process.info().command()).isNotNull();
    }

    private static void assertNoBadChecksum(NetNamespace host) {
        String counters = host.run(
                "nstat",
                "-asz", // without -s it leaves a history in /tmp
                "TcpInCsumErrors",
                "UdpInCsumErrors",
                "Udp6InCsumErrors",
                "IpInHdrErrors",
                "Ip6InHdrErrors");
        assertThat(counters.lines().filter(line -> line.contains("Errors")))
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(line.trim().split("\\s+")[1]).as(line).isEqualTo("0"));
    }

    /**
     * <pre>
     * tun11, offloaded ─► split ─► (packets of a batch) ─► tun22, plain, captured
     * tun11, offloaded ◄─ coalesce ◄─ tun22, plain
     * </pre>
     */
    @ParameterizedTest
    @EnumSource
    void shouldShowNoBadPacketToTsharkOnAPlainDevice(GsoSplitter.Output output, @TempDir Path folder)
            throws IOException {
        Tools.require("tshark");
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
        try (TunDevice tun11 =
                        TunDevice.open(hosts.device1().offloads(Offload.all()).build());
                TunDevice tun22 =
                        TunDevice.open(hosts.device2().offloads(Offload.none()).build())) {
            EventLoop loop = loops.next();
            TunChannel one = open(loop, tun11);
            TunChannel two = open(loop, tun22);
            one.pipeline().addLast(new GsoSplitter(output), new Unbatch(), new GroCoalescer(), new Relay(two));
            two.pipeline().addLast(new Relay(one));
            one.config().setAutoRead(true);
            two.config().setAutoRead(true);
            hosts.route();
            for (String address : List.of(TwoHosts.ADDRESS_2, TwoHosts.IPV6_ADDRESS_2)) {
                capture(folder.resolve("tcp"), address, TCP);
                capture(folder.resolve("udp"), address, UDP);
            }
            assertNoBadChecksum(hosts.host1());
            assertNoBadChecksum(hosts.host2());
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** One measurement, whose packets tshark verifies. */
    private void capture(Path file, String address, String... options) throws IOException {
        Process tshark = hosts.host2().start("tshark", "-qi", "tun22", "-w", file.toString(), "-a", "packets:10000");
        waitFor(tshark, "Capturing on");
        iperf3(address, options);
        tshark.destroy();
        tshark.onExit().join();
        assertThat(tshark(file, GOOD).lines().count())
                .as("verified to %s %s", address, List.of(options))
                .isGreaterThan(5_000);
        assertThat(tshark(file, BAD)).as("to %s %s", address, List.of(options)).isEmpty();
    }

    private static TunChannel open(EventLoop loop, TunDevice device) {
        TunChannel channel = TunTransport.EPOLL.newChannel(device);
        channel.config().setAutoRead(false);
        loop.register(channel).syncUninterruptibly();
        return channel;
    }

    /**
     * The packets that a filter selects, a line each. The payload is data to tshark: it would guess a protocol otherwise,
     * and what iperf3 sends, which is random, is now and then good enough for a malformed packet of Thrift.
     */
    private String tshark(Path capture, String filter) {
        return hosts.host2()
                .sh("tshark -n -r " + capture + " -d tcp.port==5201,data -d udp.port==5201,data"
                        + " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -Y '"
                        + filter + "' 2>/dev/null");
    }

    /** A plain device takes packets only. */
    private static final class Unbatch extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof PacketBatch batch) {
                for (int i = 0; i < batch.size(); i++) {
                    ctx.fireChannelRead(batch.retainedPacket(i));
                }
                batch.release();
            } else {
                ctx.fireChannelRead(message);
            }
        }
    }
}
