// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tunloop.metrics.ProcessMeters;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The meters of a process and its descendants, read from outside. A peer may be started by a wrapper script.
 *
 * Thread: one at a time; the caller sees to it.
 */
final class ProcessTree {
    private final ProcessHandle root;
    private final Map<Long, Meters> members = new HashMap<>();
    private double cpuSeconds;

    ProcessTree(ProcessHandle root) {
        this.root = root;
    }

    /** CPU time used since the first call; it never falls, also when a member ends. */
    double cpuSeconds() {
        boolean first = members.isEmpty();
        Stream.concat(Stream.of(root), root.descendants())
                .map(ProcessHandle::pid)
                .forEach(pid -> {
                    double used = members.computeIfAbsent(pid, Meters::new).cpuSecondsSinceLast();
                    cpuSeconds += first ? 0 : used;
                });
        return cpuSeconds;
    }

    /** Resident memory of the members that live; NaN when none does. */
    double residentBytes() {
        double sum = members.values().stream()
                .mapToDouble(Meters::residentBytes)
                .filter(bytes -> !Double.isNaN(bytes))
                .sum();
        return sum == 0 ? Double.NaN : sum;
    }

    /** One member, through the binder that the forwarder itself uses. */
    private static final class Meters {
        private final MeterRegistry registry = new SimpleMeterRegistry();
        private final ProcessMeters binder; // the registry refers to it only weakly
        private double lastCpuSeconds;

        Meters(long pid) {
            binder = new ProcessMeters(pid);
            binder.bindTo(registry);
        }

        double cpuSecondsSinceLast() {
            double now = registry.get(ProcessMeters.CPU_TIME).functionCounter().count();
            double delta = orZero(now - lastCpuSeconds);
            lastCpuSeconds += delta;
            return delta;
        }

        double residentBytes() {
            return registry.get(ProcessMeters.MEMORY_RESIDENT).gauge().value();
        }

        private static double orZero(double value) {
            return Double.isNaN(value) ? 0 : Math.max(0, value);
        }
    }
}
