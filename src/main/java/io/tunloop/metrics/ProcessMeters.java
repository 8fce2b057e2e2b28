// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time and resident memory of one process, this one or another: the same numbers either way.
 *
 * <pre>
 * new ProcessMeters().bindTo(registry);      // this process
 * new ProcessMeters(pid).bindTo(registry);   // any other one
 * </pre>
 * A registry holds it weakly: whoever binds it keeps it.
 *
 * Units: seconds of CPU time over all threads, also those that ended; bytes of memory.
 * Thread: any.
 * Errors: a process that is gone gives NaN.
 * Source: proc(5), /proc/pid/stat fields 14 and 15, /proc/pid/status VmRSS.
 */
public final class ProcessMeters implements MeterBinder {
    /** CPU time used, in seconds. */
    public static final String CPU_TIME = "tunloop.process.cpu.time";
    /** Memory resident, in bytes. */
    public static final String MEMORY_RESIDENT = "tunloop.process.memory.resident";

    // USER_HZ: fixed by the kernel's interface at 100 on every architecture Java runs on.
    private static final double TICKS_PER_SECOND = 100.0;
    private static final int USER_TIME_FIELD = 11; // 14th field of the line, counted from the one after "(comm)"
    private static final int SYSTEM_TIME_FIELD = 12;

    private final Path folder;

    public ProcessMeters() {
        this(Path.of("/proc/self"));
    }

    public ProcessMeters(long pid) {
        this(Path.of("/proc", Long.toString(pid)));
    }

    private ProcessMeters(Path folder) {
        this.folder = folder;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder(CPU_TIME, this, ProcessMeters::cpuSeconds)
                .description("CPU time of all threads of the process, user and system")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder(MEMORY_RESIDENT, this, ProcessMeters::residentBytes)
                .description("Memory of the process that is resident")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
    }

    /** CPU time used so far, in seconds; NaN when the process is gone. */
    public double cpuSeconds() {
        try {
            String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold spaces and parentheses itself.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[USER_TIME_FIELD]) + Long.parseLong(fields[SYSTEM_TIME_FIELD]))
                    / TICKS_PER_SECOND;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** Resident memory, in bytes; NaN when the process is gone. */
    public double residentBytes() {
        try {
            for (String line : Files.readAllLines(folder.resolve("status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024.0;
                }
            }
            return Double.NaN; // a zombie has no memory
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
