// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the whole machine did while traffic ran: the forwarder, both ends of the traffic, and the kernel's own threads and
 * interrupts, which no process's account has. Threaded NAPI, RPS and SQPOLL move work there.
 *
 * Units: percent, 100 for one core.
 * Source: proc(5), /proc/stat, in ticks of USER_HZ; time of guests is in that of the user.
 */
public final class SystemLoad {
    private static final Path STAT = Path.of("/proc/stat");
    private static final double TICKS_PER_SECOND = 100.0; // USER_HZ

    private final Snapshot before = Snapshot.read();
    private final long startNs = System.nanoTime();

    private SystemLoad() {}

    public static SystemLoad start() {
        return new SystemLoad();
    }

    /** @param otherPercent of processes that have nothing to do with the bench: it is taken off the sum */
    public Map<Measure, Double> stop(double otherPercent) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        return Snapshot.read().since(before, seconds, otherPercent);
    }

    /** Ticks since the machine was started. */
    record Snapshot(long user, long system, long softirq, long steal, long contextSwitches) {
        private static Snapshot read() {
            try {
                return parse(Files.readString(STAT));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static Snapshot parse(String stat) {
            long[] cpu = numbers(stat, "cpu ");
            return new Snapshot(cpu[0] + cpu[1], cpu[2] + cpu[5], cpu[6], cpu[7], numbers(stat, "ctxt ")[0]);
        }

        private static long[] numbers(String stat, String name) {
            String line = stat.lines()
                    .filter(text -> text.startsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(STAT + " has no line '" + name.strip() + '\''));
            return Arrays.stream(line.substring(name.length()).strip().split(" +"))
                    .mapToLong(Long::parseLong)
                    .toArray();
        }

        Map<Measure, Double> since(Snapshot earlier, double seconds, double otherPercent) {
            double user = percent(this.user - earlier.user, seconds);
            double system = percent(this.system - earlier.system, seconds);
            double softirq = percent(this.softirq - earlier.softirq, seconds);
            Map<Measure, Double> measures = new EnumMap<>(Measure.class);
            measures.put(Measure.SYSTEM_CPU, Math.max(0, user + system + softirq - otherPercent));
            measures.put(Measure.SYSTEM_USER, user);
            measures.put(Measure.SYSTEM_KERNEL, system);
            measures.put(Measure.SYSTEM_SOFTIRQ, softirq);
            measures.put(Measure.STEAL, percent(steal - earlier.steal, seconds));
            measures.put(Measure.CONTEXT_SWITCHES, (contextSwitches - earlier.contextSwitches) / seconds / 1000);
            measures.replaceAll((measure, value) -> Statistics.round(value));
            return measures;
        }

        private static double percent(long ticks, double seconds) {
            return Math.max(0, 100 * ticks / TICKS_PER_SECOND / seconds);
        }
    }
}
