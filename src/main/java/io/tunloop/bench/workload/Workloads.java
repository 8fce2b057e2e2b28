// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.plan.Load;
import java.nio.file.Path;

/** Which program sends a load. */
public final class Workloads {
    private Workloads() {}

    /** @param folder for files that a program writes and the bench reads */
    public static Workload of(Load load, Path folder) {
        return switch (load.kind()) {
            case TCP -> new TcpWorkload(load.congestion(), load.parallel(), load.reverse(), load.bidirectional());
            case UDP -> new UdpWorkload(load.sizeBytes(), load.parallel(), load.reverse());
            case RR -> new RequestResponseWorkload(load.sizeBytes(), folder.resolve("latency.csv"));
            case PING -> new PingWorkload(load.sizeBytes());
        };
    }
}
