// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Shell;
import io.tunloop.bench.host.Topology;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.OtherLoad;
import io.tunloop.bench.measure.SystemLoad;
import io.tunloop.bench.measure.TcpCounters;
import java.util.List;
import java.util.Map;

/** The time in which a run is measured, and what machine, TCP and devices count from its opening to its closing. */
final class Window {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Shell shell;
    private final Topology topology;
    private final TcpCounters tcpBefore;
    private final long droppedBefore;
    private final OtherLoad otherLoad;
    private final SystemLoad systemLoad;

    private Window(Shell shell, Topology topology) throws BenchException, InterruptedException {
        this.shell = shell;
        this.topology = topology;
        tcpBefore = tcp();
        droppedBefore = txDropped();
        otherLoad = OtherLoad.start();
        systemLoad = SystemLoad.start();
    }

    static Window open(Shell shell, Topology topology) throws BenchException, InterruptedException {
        return new Window(shell, topology);
    }

    Account close() throws BenchException, InterruptedException {
        OtherLoad.Result other = otherLoad.stop();
        Map<Measure, Double> measures = systemLoad.stop(other.percent());
        measures.put(Measure.TX_DROPPED, (double) (txDropped() - droppedBefore));
        measures.putAll(tcp().since(tcpBefore));
        return new Account(measures, other);
    }

    /** What was counted. */
    record Account(Map<Measure, Double> measures, OtherLoad.Result other) {}

    private TcpCounters tcp() throws BenchException, InterruptedException {
        return TcpCounters.sum(
                TcpCounters.parse(shell.run(topology.tcpCountersCommand1())),
                TcpCounters.parse(shell.run(topology.tcpCountersCommand2())));
    }

    private long txDropped() throws BenchException, InterruptedException {
        long dropped = 0;
        for (List<String> command : List.of(topology.linksCommand1(), topology.linksCommand2())) {
            for (JsonNode link : links(shell, command)) {
                dropped += link.path("stats64").path("tx").path("dropped").asLong();
            }
        }
        return dropped;
    }

    /** What {@code ip -s -j link show} says, a node for each link. */
    static JsonNode links(Shell shell, List<String> command) throws BenchException, InterruptedException {
        try {
            return MAPPER.readTree(shell.run(command));
        } catch (JsonProcessingException e) {
            throw new BenchException("ip -s -j link: " + e.getOriginalMessage(), e);
        }
    }
}
