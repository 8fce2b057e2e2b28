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
    private final Transmitted before;
    private final OtherLoad otherLoad;
    private final SystemLoad systemLoad;

    private Window(Shell shell, Topology topology) throws BenchException, InterruptedException {
        this.shell = shell;
        this.topology = topology;
        tcpBefore = tcp();
        before = transmitted();
        otherLoad = OtherLoad.start();
        systemLoad = SystemLoad.start();
    }

    static Window open(Shell shell, Topology topology) throws BenchException, InterruptedException {
        return new Window(shell, topology);
    }

    Account close() throws BenchException, InterruptedException {
        OtherLoad.Result other = otherLoad.stop();
        Map<Measure, Double> measures = systemLoad.stop(other.percent());
        Transmitted after = transmitted();
        measures.put(Measure.TX_DROPPED, (double) (after.dropped - before.dropped));
        measures.putAll(tcp().since(tcpBefore));
        return new Account(measures, after.packets - before.packets, other);
    }

    /**
     * What was counted.
     *
     * @param packets that the kernel gave to the forwarder; an offloaded frame is one
     */
    record Account(Map<Measure, Double> measures, long packets, OtherLoad.Result other) {}

    /** What the kernel had for both of the forwarder's devices since they were made. */
    private record Transmitted(long packets, long dropped) {}

    private TcpCounters tcp() throws BenchException, InterruptedException {
        return TcpCounters.sum(
                TcpCounters.parse(shell.run(topology.tcpCountersCommand1())),
                TcpCounters.parse(shell.run(topology.tcpCountersCommand2())));
    }

    private Transmitted transmitted() throws BenchException, InterruptedException {
        long packets = 0;
        long dropped = 0;
        for (List<String> command : List.of(topology.linksCommand1(), topology.linksCommand2())) {
            for (JsonNode link : links(shell, command)) {
                if (Topology.IFACES.contains(link.path("ifname").asText())) {
                    packets += link.path("stats64").path("tx").path("packets").asLong();
                    dropped += link.path("stats64").path("tx").path("dropped").asLong();
                }
            }
        }
        return new Transmitted(packets, dropped);
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
