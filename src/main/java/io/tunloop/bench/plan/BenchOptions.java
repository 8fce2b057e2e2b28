// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The bench's options as the command line has them; {@link BenchConfig} checks what they mean. */
public final class BenchOptions {
    static final int DEFAULT_SECONDS = 3;
    static final int DEFAULT_WARM_UP_SECONDS = 2;
    static final int DEFAULT_ROTATIONS = 5;
    static final int DEFAULT_NDR_ROTATIONS = 1;
    static final int QUICK_SECONDS = 2;
    static final int QUICK_NDR_SECONDS = 1;
    static final int QUICK_WARM_UP_SECONDS = 1;

    @Parameters(
            paramLabel = "ROW",
            arity = "0..*",
            description = {
                "A mode with options, like \"async-gso --thread 2\";",
                "a program with options, called with --iface1 --ip1 --iface2 --ip2 appended;",
                "baseline (no forwarder); or limit-plain, limit-epoll, limit-ring, limit-merge,",
                "limit-passthrough, limit-passthrough-single (the least a forwarder does).",
                "Default: every mode."
            })
    final List<String> rows = new ArrayList<>();

    @Option(names = "--modes", split = ",", paramLabel = "GLOB", description = "Modes by pattern, like 'async-*'.")
    final List<String> modes = new ArrayList<>();

    @Option(names = "--peer", paramLabel = "LABEL=CMD", description = "A program of others, with a name for the table.")
    final List<String> peers = new ArrayList<>();

    @Option(names = "--no-limits", description = "Without the limit rows, and so without ratios to them.")
    boolean noLimits;

    @Option(names = "--baseline", description = "Adds the row 'baseline': iperf3 within one namespace.")
    boolean baseline;

    @Option(names = "--relative-to", paramLabel = "LABEL", description = "Adds a column: the ratio to this row.")
    String relativeTo;

    @Option(names = "--time", paramLabel = "S", description = "Seconds of each measured run (3).")
    Integer seconds;

    @Option(names = "--warm-up", paramLabel = "S", description = "Seconds of traffic before it, not counted (2).")
    Integer warmUpSeconds;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Rotations through all rows (5; ndr 1, it repeats its trials).")
    Integer rotations;

    @Option(
            names = "--until",
            paramLabel = "PERCENT",
            description = {
                "Adds rotations until every row's interval is this narrow, like 3%% for plus-minus 3 %%;",
                "6 rotations at least, as fewer give no interval of 95 %%."
            })
    String until;

    @Option(names = "--max-time", paramLabel = "MIN", description = "Minutes after which --until gives up (30).")
    Integer maxMinutes;

    @Option(
            names = "--quick",
            description = "One rotation of 2 s each (ndr 1 s, one size): whether it works, not how fast it is.")
    boolean quick;

    @Option(
            names = "--workload",
            paramLabel = "KIND",
            defaultValue = "tcp",
            description = {
                "tcp: a stream, Gbit/s and retransmits;",
                "udp: datagrams, packets/s and loss (sizes 64, 512 and 1472 unless --size);",
                "rr: requests and responses; ping: echoes; both alone and beside a TCP stream;",
                "ndr: the highest datagram rates without loss and with 0.5 %% of it, and round trips at 10, 50",
                "and 90 %% of the first (sizes 64, 512, the largest that fits and imix unless --size)."
            })
    Load.Kind workload;

    @Option(names = "--parallel", paramLabel = "N", description = "Streams at once (1).")
    int parallel = 1;

    @Option(names = "--reverse", description = "The server sends.")
    boolean reverse;

    @Option(names = "--bidir", description = "Both sides send.")
    boolean bidirectional;

    @Option(
            names = {"-6", "--ipv6"},
            description = "IPv6 instead of IPv4.")
    boolean ipv6;

    @Option(names = "--mtu", paramLabel = "BYTES", description = "MTU of both devices (the forwarder's).")
    int mtuBytes;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "Payload of datagrams, requests and echoes (64); for ndr also imix, a mixture.")
    String size;

    @Option(
            names = "--sweep",
            paramLabel = "AXIS=N,N",
            description = "Measures each row at these points of parallel, mtu, size or thread.")
    String sweep;

    @Option(names = "--cc", paramLabel = "ALGO", description = "TCP congestion control, like cubic (the kernel's).")
    String congestion;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result file here too.")
    Path json;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            defaultValue = "${env:TUNLOOP_BENCH_REPORT:-tunloop-bench}",
            description = "Folder of the reports (${DEFAULT-VALUE}).")
    Path reportFolder;

    @Option(names = "--flamegraph", description = "Draws a flame graph of each row, in a run of its own.")
    boolean flameGraph;

    @Option(
            names = "--flamegraph-dir",
            paramLabel = "DIR",
            defaultValue = "flamegraph",
            description = "Folder of the flame graphs (${DEFAULT-VALUE}).")
    Path flameGraphFolder;

    @Option(
            names = "--profile-jvm",
            description = {
                "Bytes allocated per packet, collections, time spent compiling and until the rate is warm,",
                "of our modes, in runs of their own."
            })
    boolean profileJvm;

    @Option(names = "--gauges", description = "Asks our modes for their own metrics each second (14 MiB more memory).")
    boolean gauges;

    @Option(
            names = "--pin",
            description = {
                "Client, server and forwarder on cores of their own: the first, the second, all others;",
                "with 2 cores client and server share the first."
            })
    boolean pin;

    @Option(
            names = "--counters",
            description =
                    "Counts cycles, instructions and cache misses of each forwarder (perf, where there is a PMU).")
    boolean counters;

    @Option(names = "--dry-run", description = "Prints the commands and runs none.")
    boolean dryRun;

    @Option(
            names = {"-v", "--verbose"},
            description = "Prints each command before it runs.")
    boolean verbose;

    public boolean isDryRun() {
        return dryRun;
    }
}
