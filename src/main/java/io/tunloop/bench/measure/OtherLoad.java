// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the machine did besides the bench: the CPU time of every process that is neither the bench, nor a child of it, nor
 * a kernel thread.
 *
 * <p>Children that came and went in between are in their parent's account of reaped children.
 *
 * Units: percent, 100 for one core.
 * Source: proc(5), /proc/pid/stat; its flags are those of linux/sched.h. In a container PID 2 is a process like any other.
 */
public final class OtherLoad {
    /** From here on a run's figures are marked. */
    static final double DOUBTFUL_PERCENT = 10;

    private static final double TICKS_PER_SECOND = 100.0; // USER_HZ
    private static final int PF_KTHREAD = 0x00200000;

    private final Map<Long, Use> before;
    private final long startNs = System.nanoTime();

    private OtherLoad(Map<Long, Use> before) {
        this.before = before;
    }

    public static OtherLoad start() {
        return new OtherLoad(snapshot());
    }

    public Result stop() {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        Set<Long> ours = ours();
        Map<Long, Use> after = snapshot();
        after.values().removeIf(use -> use.isOneOf(ours));
        before.values().removeIf(use -> use.isOneOf(ours));
        // A process that ended takes its time out of one sum and, reaped, adds it to its parent's in the other.
        long ticks = sum(after) - sum(before);
        return new Result(Math.max(0, 100 * ticks / TICKS_PER_SECOND / seconds), culprit(after));
    }

    private static long sum(Map<Long, Use> uses) {
        return uses.values().stream()
                .mapToLong(use -> use.ownTicks + use.childTicks)
                .sum();
    }

    private String culprit(Map<Long, Use> after) {
        return after.values().stream()
                .max(Comparator.comparingLong(use -> {
                    Use earlier = before.get(use.pid);
                    return use.ownTicks - (earlier == null ? 0 : earlier.ownTicks);
                }))
                .map(Use::name)
                .orElse("");
    }

    /** @param culprit the process that used most; "" when none did */
    public record Result(double percent, String culprit) {
        public boolean isDoubtful() {
            return percent >= DOUBTFUL_PERCENT;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "other processes used %.0f %% of a core, most of it %s", percent, culprit);
        }
    }

    private static Set<Long> ours() {
        Set<Long> pids = new HashSet<>();
        pids.add(ProcessHandle.current().pid());
        ProcessHandle.current().descendants().forEach(child -> pids.add(child.pid()));
        return pids;
    }

    private static Map<Long, Use> snapshot() {
        Map<Long, Use> uses = new HashMap<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path folder : folders) {
                Use use = use(folder);
                if (use != null) {
                    uses.put(use.pid, use);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return uses;
    }

    /** {@code null} when the process has just gone. */
    private static Use use(Path folder) {
        try {
            return Use.parse(Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return null;
        }
    }

    /** @param childTicks CPU time of the children that have ended and been waited for */
    record Use(long pid, String name, long parent, int flags, long ownTicks, long childTicks) {
        static Use parse(String stat) {
            int open = stat.indexOf('(');
            int close = stat.lastIndexOf(')');
            String[] fields = stat.substring(close + 2).split(" ");
            return new Use(
                    Long.parseLong(stat.substring(0, open).strip()),
                    stat.substring(open + 1, close),
                    Long.parseLong(fields[1]),
                    Integer.parseUnsignedInt(fields[6]),
                    Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                    Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
        }

        boolean isKernel() {
            return (flags & PF_KTHREAD) != 0;
        }

        boolean isOneOf(Set<Long> pids) {
            return isKernel() || pids.contains(pid) || pids.contains(parent);
        }
    }
}
