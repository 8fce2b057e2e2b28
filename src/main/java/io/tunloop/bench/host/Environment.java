// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import io.netty.util.Version;
import io.tunloop.bench.plan.Words;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the numbers depend on, and what about it makes them doubtful.
 *
 * @param facts name to value, in the order of the report; the names are those of the result file
 */
public record Environment(Map<String, Object> facts, List<String> warnings) {
    public static final Environment UNKNOWN = new Environment(Map.of(), List.of());

    public static Environment read(Shell shell, String congestion, String pinning) throws InterruptedException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("kernel", SystemFiles.firstLine(Path.of("/proc/sys/kernel/osrelease")));
        facts.put("memoryMiB", memoryMiB());
        facts.put("virtualisation", output(shell, "systemd-detect-virt", hypervisorFlag()));
        facts.putAll(Processor.facts(shell));
        facts.put("pinning", pinning);
        facts.put("qdisc", SystemFiles.firstLine(Path.of("/proc/sys/net/core/default_qdisc")));
        facts.put("jdk", System.getProperty("java.vm.name") + ' ' + System.getProperty("java.runtime.version"));
        facts.put(
                "jdkFlags",
                Words.withoutFolder(System.getenv()
                        .getOrDefault("TUNLOOP_JVM_FLAGS", SystemFiles.UNKNOWN)
                        .strip()));
        facts.put("netty", nettyVersion());
        facts.put("iperf3", output(shell, "iperf3 --version", SystemFiles.UNKNOWN));
        facts.put(
                "congestionControl",
                congestion == null
                        ? SystemFiles.firstLine(Path.of("/proc/sys/net/ipv4/tcp_congestion_control"))
                        : congestion);
        facts.put("commit", output(shell, "git describe --always --dirty --abbrev=12", SystemFiles.UNKNOWN));
        return new Environment(facts, warnings(facts));
    }

    /** With warnings that only the measurement has brought up. */
    public Environment with(List<String> more) {
        return new Environment(
                facts, Stream.concat(warnings.stream(), more.stream()).toList());
    }

    /** Whether the processor counts for {@code perf stat}. */
    public boolean hasPmu() {
        return Processor.COUNTS.equals(facts.get("pmu"));
    }

    private static List<String> warnings(Map<String, Object> facts) {
        List<String> warnings = new ArrayList<>();
        String governor = (String) facts.get("governor");
        if (!governor.equals(SystemFiles.UNKNOWN) && !governor.equals("performance")) {
            warnings.add("the CPU governor is '" + governor + "': clock speeds vary; 'performance' is steadier");
        }
        if (!facts.get("virtualisation").equals("none")) {
            warnings.add("this is a virtual machine: its neighbours may take CPU time; compare within one run only");
        }
        if ((int) facts.get("cores") < 4) {
            warnings.add("only " + facts.get("cores") + " cores: client, server and forwarder share them");
        }
        return warnings;
    }

    private static String hypervisorFlag() {
        return SystemFiles.field(Path.of("/proc/cpuinfo"), "flags").contains("hypervisor") ? "some hypervisor" : "none";
    }

    private static long memoryMiB() {
        return Long.parseLong(
                        SystemFiles.field(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", ""))
                / 1024;
    }

    private static String nettyVersion() {
        return Version.identify().values().stream()
                .map(Version::artifactVersion)
                .findFirst()
                .orElse(SystemFiles.UNKNOWN);
    }

    private static String output(Shell shell, String command, String otherwise) throws InterruptedException {
        try {
            String[] lines = shell.run(Words.split(command)).split("\n");
            return lines[0].isBlank() ? otherwise : lines[0].strip();
        } catch (BenchException missing) {
            return otherwise; // a fact less in the record; the run does not need it
        }
    }
}
