// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Shell;
import io.tunloop.bench.host.Topology;
import io.tunloop.bench.plan.Installation;
import io.tunloop.bench.plan.Load;
import java.nio.file.Path;
import java.util.List;

/** Which program sends a load. */
public final class Workloads {
    private Workloads() {}

    /**
     * @param topology where the ends are
     * @param folder for files that a program writes and the bench reads
     */
    public static Workload of(Load load, Topology topology, Path folder) {
        return switch (load.kind()) {
            case TCP -> new TcpWorkload(load.congestion(), load.parallel(), load.reverse(), load.bidirectional());
            case UDP -> new UdpWorkload(load.sizeBytes(), load.parallel(), load.reverse(), load.bidirectional());
            case RR -> new RequestResponseWorkload(load.sizeBytes(), folder.resolve("latency.csv"));
            case PING -> new PingWorkload(load.sizeBytes());
            case NDR -> new NdrWorkload(Installation.loadGenerator(), topology, load);
        };
    }

    /** What the program that sends this load cannot do is one line before anything is measured. */
    public static void preflight(Load load, Shell shell) throws BenchException, InterruptedException {
        if (load.kind() == Load.Kind.RR && load.ipv6()) {
            RequestResponseWorkload.requireIpv6(shell.run(List.of("sockperf", "--version")));
        }
    }
}
