// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.plan.Load;
import io.tunloop.bench.plan.Variation;
import io.tunloop.bench.plan.Words;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    @Test
    void shouldBuildTheCommandOfATcpStream() {
        var workload = new TcpWorkload("cubic", 4, true, false);

        assertThat(Words.join(workload.clientCommand("10.0.2.1", 5)))
                .isEqualTo("iperf3 -c 10.0.2.1 -p 5201 -t 5 -J -C cubic -P 4 -R");
        assertThat(Words.join(new TcpWorkload(null, 1, false, true).clientCommand("fd00:2::1", 5)))
                .isEqualTo("iperf3 -c fd00:2::1 -p 5201 -t 5 -J --bidir");
    }

    @Test
    void shouldTellPacketsAndLossOfUdp() throws Exception {
        var workload = new UdpWorkload(512, 1, false, false);

        Workload.Traffic traffic = workload.parse(Recorded.output("iperf3-3.1-udp.json"));

        assertThat(Words.join(workload.clientCommand("10.0.2.1", 2))).endsWith("-u -b 0 -l 512");
        assertThat(traffic.measures())
                .containsEntry(Measure.PACKETS_PER_SECOND, 59.5362)
                .containsEntry(Measure.LOSS_PERCENT, 63.3799);
        assertThatThrownBy(() -> workload.parse(Recorded.output("iperf3-3.12-tcp.json")))
                .hasMessage("iperf3 gave no packet counts");
    }

    @Test
    void shouldReadEachReplyOfPing() throws Exception {
        Workload.Traffic traffic = new PingWorkload(56).parse("""
                PING 10.0.2.1 (10.0.2.1) 56(84) bytes of data.
                64 bytes from 10.0.2.1: icmp_seq=1 ttl=64 time=0.100 ms
                64 bytes from 10.0.2.1: icmp_seq=2 ttl=64 time=0.200 ms
                64 bytes from 10.0.2.1: icmp_seq=4 ttl=64 time=3.00 ms

                --- 10.0.2.1 ping statistics ---
                4 packets transmitted, 3 received, 25% packet loss, time 30ms
                """);

        assertThat(traffic.measures().get(Measure.LATENCY_P50)).isBetween(199.9, 200.2);
        assertThat(traffic.measures().get(Measure.LATENCY_MAX)).isBetween(2999.0, 3002.0);
        assertThat(traffic.measures()).containsEntry(Measure.LOSS_PERCENT, 25.0);
        assertThatThrownBy(() -> new PingWorkload(56).parse("")).hasMessage("ping got no reply");
    }

    @Test
    void shouldTakeWholeRoundTripsFromSockperfsLog() throws Exception {
        var workload = new RequestResponseWorkload(64, Path.of("/no/such/log"));

        Workload.Traffic traffic = workload.parse(Stream.of(
                "------------------------------",
                "sockperf: [Valid Duration] RunTime=0.549 sec; SentMessages=3; ReceivedMessages=3",
                "sockperf: ---> percentile 50.000 =    2.326",
                "packet, txTime(sec), rxTime(sec), latency(usec)",
                "0, 2.000000000, 2.000010000, 5.000",
                "1, 2.000010000, 2.000020000, 5.000",
                "2, 2.000020000, 2.000050000, 15.000"));

        assertThat(traffic.measures().get(Measure.LATENCY_P50)).isBetween(9.9, 10.1);
        assertThat(traffic.measures().get(Measure.LATENCY_MAX)).isBetween(29.9, 30.1);
        assertThat(traffic.measures().get(Measure.ROUND_TRIPS_PER_SECOND)).isBetween(59_999.0, 60_001.0);
        assertThatThrownBy(() -> workload.parse(Stream.of("nothing"))).hasMessage("sockperf completed no round trip");
        assertThatThrownBy(() -> workload.parse("a\nsockperf: ERROR: x")).hasMessage("sockperf: sockperf: ERROR: x");
    }

    /** What a full disk leaves of sockperf's log; its exit code is 0 all the same. */
    @Test
    void shouldRefuseALogThatIsCutShort() {
        assertThatThrownBy(() -> new RequestResponseWorkload(64, Path.of("/no/such/log"))
                        .parse(Stream.of(
                                "sockperf: [Valid Duration] RunTime=0.549 sec; SentMessages=3; ReceivedMessages=3",
                                "packet, txTime(sec), rxTime(sec), latency(usec)",
                                "0, 2.000000000, 2.000010000, 5.000",
                                "1, 2.000")))
                .isInstanceOf(BenchException.class)
                .hasMessageStartingWith("sockperf's log is cut short, 1 of 3 messages: is the disk of ");
    }

    @Test
    void shouldRefuseIpv6WhereSockperfDoesNotKnowIt() throws Exception {
        assertThatThrownBy(() -> RequestResponseWorkload.requireIpv6("sockperf, version 3.7-no.git"))
                .hasMessage("--workload rr --ipv6 needs sockperf 3.8 or newer: version 3.7");
        RequestResponseWorkload.requireIpv6("sockperf, version 3.10-0.git");
        RequestResponseWorkload.requireIpv6("sockperf of somebody");
    }

    @Test
    void shouldVaryWhatASweepNames() {
        Load load = new Load(Load.Kind.TCP, null, 1, false, false, false, 0, 64);

        assertThat(Variation.parse("parallel=1,8")).extracting(Variation::value).containsExactly(1, 8);
        assertThat(load.at(Variation.parse("parallel=8").get(0)).parallel()).isEqualTo(8);
        assertThat(load.at(Variation.parse("mtu=9000").get(0)).mtuBytes()).isEqualTo(9000);
        assertThat(load.at(Variation.parse("size=512").get(0)).sizeBytes()).isEqualTo(512);
    }

    @Test
    void shouldRefuseASweepThatMakesNoSense() {
        assertThatThrownBy(() -> Variation.parse("colour=1"))
                .hasMessage("a sweep is AXIS=N,N,... with one of [parallel, mtu, size, thread]: colour=1");
        assertThatThrownBy(() -> Variation.parse("parallel")).hasMessageStartingWith("a sweep is AXIS=N");
        assertThatThrownBy(() -> Variation.parse("mtu=1,x")).hasMessage("mtu must be 576..65535: 1");
        assertThatThrownBy(() -> Variation.parse("mtu=x")).hasMessage("not a number in mtu=x: 'x'");
    }
}
