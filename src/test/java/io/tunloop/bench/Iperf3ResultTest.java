// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Iperf3ResultTest {
    @Test
    void shouldReadTcpOfVersion312() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.12-tcp.json"));

        assertThat(result.receivedGbps()).isCloseTo(65.1469, within(0.001));
        assertThat(result.sentGbps()).isCloseTo(65.1491, within(0.001));
        assertThat(result.retransmits()).isEqualTo(2);
        assertThat(result.packets()).isNull();
        assertThat(result.congestion()).isEqualTo("cubic");
        assertThat(result.summary()).isEqualTo("65.15 Gbit/s received, 65.15 sent, 1.00 s, 2 retransmits, cubic");
    }

    @Test
    void shouldAddBothDirectionsOfVersion312() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.12-bidir.json"));

        assertThat(result.sentGbps()).isGreaterThan(3.7 + 17);
        assertThat(result.receivedGbps()).isGreaterThan(3.6 + 17);
    }

    @Test
    void shouldAddBothDirectionsAndTheirRetransmitsInTheShapeOfVersion317() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.17-bidir.json"));

        assertThat(result.receivedGbps()).isCloseTo(6.8, within(1e-9));
        assertThat(result.retransmits()).isEqualTo(3);
        assertThat(result.intervalsGbps()).extracting(Sample::gbps).containsExactly(7.0);
    }

    @Test
    void shouldReadUdpOfVersion312() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.12-udp.json"));

        assertThat(result.packets()).isEqualTo(688_320);
        assertThat(result.lostPackets()).isEqualTo(2_730);
        assertThat(result.lossPercent()).isCloseTo(0.3966, within(0.001));
        assertThat(result.receivedPacketsPerSecond()).isCloseTo(685_590, within(100.0));
        assertThat(result.receivedGbps()).isCloseTo(0.351, within(0.001));
        assertThat(result.retransmits()).isNull();
    }

    @Test
    void shouldReckonWhatArrivedWhenUdpHasNoSumReceivedAsInVersion31() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.1-udp.json"));

        assertThat(result.receivedGbps()).isCloseTo(0.4096 * 0.75, within(1e-9));
        assertThat(result.lossPercent()).isEqualTo(25);
        assertThat(result.receivedPacketsPerSecond()).isEqualTo(75_000);
    }

    @Test
    void shouldLeaveOmittedIntervalsOut() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.9-tcp-omit.json"));

        assertThat(result.intervalsGbps()).extracting(Sample::gbps).containsExactly(9.0, 10.0);
        assertThat(result.retransmits()).isEqualTo(6);
    }

    @Test
    void shouldGiveTheReasonThatIperf3Gives() {
        assertThatThrownBy(() -> Iperf3Result.parse(Recorded.output("iperf3-3.12-refused.json")))
                .isInstanceOf(BenchException.class)
                .hasMessage("iperf3: unable to connect to server: Connection refused");
    }

    @Test
    void shouldRefuseWhatIsNoResult() {
        assertThatThrownBy(() -> Iperf3Result.parse("iperf3: command line wrong"))
                .isInstanceOf(BenchException.class)
                .hasMessageStartingWith("iperf3 printed no JSON");
        assertThatThrownBy(() -> Iperf3Result.parse("")).hasMessage("iperf3 printed no JSON");
        assertThatThrownBy(() -> Iperf3Result.parse("{\"end\": {}}")).hasMessage("iperf3 gave no summary");
    }
}
