// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import static io.tunloop.bench.host.SystemFiles.UNKNOWN;
import static io.tunloop.bench.host.SystemFiles.firstLine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What of the processor changes results: its clock, its threads, its counters. */
final class Processor {
    /** The value of {@code pmu} where {@code perf stat} can count. */
    static final String COUNTS = "yes";

    private static final Path CPU = Path.of("/sys/devices/system/cpu");
    private static final Path NODES = Path.of("/sys/devices/system/node");
    private static final long PERF_TIMEOUT_MS = 5_000;

    private Processor() {}

    static Map<String, Object> facts(Shell shell) throws InterruptedException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("cpu", SystemFiles.field(Path.of("/proc/cpuinfo"), "model name"));
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("smt", yesOrNo(CPU.resolve("smt/active"), "1"));
        facts.put("numaNodes", numaNodes());
        facts.put("governor", firstLine(CPU.resolve("cpu0/cpufreq/scaling_governor")));
        facts.put("turbo", turbo());
        facts.put("pmu", pmu(shell));
        facts.put("mitigations", mitigations());
        return facts;
    }

    /** Whether clock speeds may exceed the nominal one. */
    private static String turbo() {
        String allowed = yesOrNo(CPU.resolve("intel_pstate/no_turbo"), "0");
        return allowed.equals(UNKNOWN) ? yesOrNo(CPU.resolve("cpufreq/boost"), "1") : allowed;
    }

    private static String yesOrNo(Path file, String yes) {
        String value = firstLine(file);
        return value.equals(UNKNOWN) ? UNKNOWN : value.equals(yes) ? "yes" : "no";
    }

    private static Object numaNodes() {
        try (Stream<Path> files = Files.list(NODES)) {
            return files.filter(file -> file.getFileName().toString().matches("node\\d+"))
                    .count();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** Whether the processor's counters can be used: not in most virtual machines. */
    private static String pmu(Shell shell) throws InterruptedException {
        if (!Preflight.isOnPath("perf")) {
            return UNKNOWN + ", " + Preflight.lack("perf", "flamegraph");
        }
        try (Child perf = shell.start(List.of("perf", "stat", "-x", ",", "-e", "cycles", "--", "true"))) {
            int exit = shell.awaitExit(perf, PERF_TIMEOUT_MS);
            String answer = perf.errorOutput();
            return exit != 0
                    ? UNKNOWN + ", " + perf.failed("perf").getMessage()
                    : hasCount(answer) ? COUNTS : "none here";
        } catch (BenchException e) {
            return UNKNOWN + ", " + e.getMessage();
        }
    }

    /** A count, or why there is none. */
    private static boolean hasCount(String answer) {
        return answer.lines().anyMatch(line -> line.matches("\\d+,.*"));
    }

    private static String mitigations() {
        List<String> active = new ArrayList<>();
        try (Stream<Path> files = Files.list(CPU.resolve("vulnerabilities"))) {
            for (Path file : files.sorted().toList()) {
                if (firstLine(file).startsWith("Mitigation")) {
                    active.add(file.getFileName().toString());
                }
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
        return active.isEmpty() ? "none" : String.join(" ", active);
    }
}
