// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TcpCountersTest {
    @Test
    void shouldReadTheCountersByName() {
        TcpCounters counters = TcpCounters.parse("""
                TcpExt: SyncookiesSent TCPSACKReorder TCPRenoReorder TCPTSReorder TCPOFOQueue
                TcpExt: 9 1 2 4 17
                IpExt: InNoRoutes TCPOFOQueue
                IpExt: 5 5
                """);

        assertThat(counters).isEqualTo(new TcpCounters(17, 7));
    }

    @Test
    void shouldTellWhatWasAddedOnBothEnds() {
        TcpCounters before = TcpCounters.sum(new TcpCounters(1, 2), new TcpCounters(10, 20));
        TcpCounters after = TcpCounters.sum(new TcpCounters(2, 2), new TcpCounters(15, 21));

        assertThat(after.since(before))
                .containsEntry(Measure.OUT_OF_ORDER, 6.0)
                .containsEntry(Measure.SENDER_REORDERS, 1.0);
    }

    @Test
    void shouldCountNothingWhereTheKernelSaysNothing() {
        assertThat(TcpCounters.parse("")).isEqualTo(new TcpCounters(0, 0));
    }
}
