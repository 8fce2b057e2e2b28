// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Versions 3.7 to 3.10 name the sums of both directions alike. */
    @ParameterizedTest
    @CsvSource({
        "3.7, 10.896, 10.522, 31, 10.806",
        "3.9, 14.313, 13.718, 24, 14.284",
        "3.12, 15.202, 14.974, 11, 15.151",
        "3.17, 13.879, 13.802, 32, 13.834",
    })
    void shouldAddBothDirections(String version, double sent, double received, long retransmits, double interval)
            throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-" + version + "-bidir.json"));

        assertThat(result.sentGbps()).isCloseTo(sent, within(0.001));
        assertThat(result.receivedGbps()).isCloseTo(received, within(0.001));
        assertThat(result.retransmits()).isEqualTo(retransmits);
        assertThat(result.intervalsGbps()).hasSize(1);
        assertThat(result.intervalsGbps().get(0).gbps()).isCloseTo(interval, within(0.001));
    }

    @Test
    void shouldAddBothDirectionsOfUdp() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.7-udp-bidir.json"));

        assertThat(result.packets()).isEqualTo(763 + 793);
        assertThat(result.lostPackets()).isEqualTo(206 + 256);
        assertThat(result.sentGbps()).isCloseTo(0.200 + 0.208, within(0.001));
        assertThat(result.receivedGbps()).isCloseTo(0.146 + 0.1408, within(0.001));
    }

    /** A sender without a count says -1, as a number with a sign or without one. */
    @ParameterizedTest
    @ValueSource(strings = {"-1", "18446744073709551615", "1.8446744073709552e+19"})
    void shouldNotTakeAnUnknownNumberOfRetransmitsForANumber(String unknown) throws Exception {
        String output = Recorded.output("iperf3-3.12-tcp.json")
                .replaceAll("\"retransmits\": \\d+", "\"retransmits\": " + unknown);

        Iperf3Result result = Iperf3Result.parse(output);

        assertThat(result.retransmits()).isNull();
        assertThat(result.summary()).doesNotContain("retransmits");
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

        assertThat(result.lossPercent()).isCloseTo(63.38, within(0.01));
        assertThat(result.receivedGbps()).isCloseTo(0.2438, within(0.001));
        assertThat(result.receivedPacketsPerSecond()).isCloseTo(162_580 - 103_043, within(100.0));
    }

    @Test
    void shouldLeaveOmittedIntervalsOut() throws Exception {
        Iperf3Result result = Iperf3Result.parse(Recorded.output("iperf3-3.9-tcp-omit.json"));

        assertThat(result.intervalsGbps()).extracting(Sample::gbps).containsExactly(40.0886, 40.1942);
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
