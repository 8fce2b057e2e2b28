// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * Source: proc(5), /proc/pid/stat.
 */
final class OtherLoad {
    /** From here on a run's figures are marked. */
    static final double DOUBTFUL_PERCENT = 10;

    private static final double TICKS_PER_SECOND = 100.0; // USER_HZ
    private static final long KTHREADD = 2;

    private final Map<Long, Use> before;
    private final long startNs = System.nanoTime();

    private OtherLoad(Map<Long, Use> before) {
        this.before = before;
    }

    static OtherLoad start() {
        return new OtherLoad(snapshot());
    }

    Result stop() {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        Set<Long> ours = ours();
        double total = 0;
        double most = 0;
        String culprit = "";
        for (Use use : snapshot().values()) {
            if (ours.contains(use.pid) || ours.contains(use.parent) || use.isKernel()) {
                continue;
            }
            Use earlier = before.get(use.pid);
            double percent = 100 * (use.ticks - (earlier == null ? 0 : earlier.ticks)) / TICKS_PER_SECOND / seconds;
            total += percent;
            if (percent > most) {
                most = percent;
                culprit = use.name;
            }
        }
        return new Result(total, culprit);
    }

    /** @param culprit the process that used most; "" when none did */
    record Result(double percent, String culprit) {
        boolean isDoubtful() {
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

    /** @param ticks of CPU time, its own and that of its reaped children */
    record Use(long pid, String name, long parent, long ticks) {
        static Use parse(String stat) {
            int open = stat.indexOf('(');
            int close = stat.lastIndexOf(')');
            String[] fields = stat.substring(close + 2).split(" ");
            long ticks = 0;
            for (int i = 11; i <= 14; i++) { // utime, stime, cutime, cstime
                ticks += Long.parseLong(fields[i]);
            }
            return new Use(
                    Long.parseLong(stat.substring(0, open).strip()),
                    stat.substring(open + 1, close),
                    Long.parseLong(fields[1]),
                    ticks);
        }

        boolean isKernel() {
            return pid == KTHREADD || parent == KTHREADD;
        }
    }
}
