// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.BenchException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Watches the CPU time and the resident memory of a process tree while traffic runs.
 *
 * <p>CPU is the difference of CPU time over the difference of real time: not what {@code ps} prints, which is an average
 * since the process began. The tree, so that a peer started by a wrapper script is seen too.
 *
 * Units: percent, 100 for one core; MiB.
 * Thread: started and stopped by the main thread, samples on a thread of its own.
 */
public final class Monitor implements AutoCloseable {
    private static final long INTERVAL_MS = 1_000;
    // A last interval shorter than this would give a wild percentage: CPU time comes in ticks of 10 ms.
    private static final double MIN_INTERVAL_S = 0.25;
    private static final double MIB = 1024 * 1024;

    private final ProcessTree tree;
    private final Gauges gauges;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "monitor"));
    private final List<Sample> samples = new ArrayList<>();
    private double startSeconds;
    private double startCpu;
    private double lastSeconds;
    private double lastCpu;

    private Monitor(ProcessHandle root, Gauges gauges) {
        tree = new ProcessTree(root);
        this.gauges = gauges;
    }

    /** @param gauges asked at each sample; {@code null} for none */
    public static Monitor start(ProcessHandle root, Gauges gauges) {
        Monitor monitor = new Monitor(root, gauges);
        monitor.begin();
        return monitor;
    }

    /** Ends the measured time and returns its averages and peaks. */
    public Map<Measure, Double> stop() throws InterruptedException {
        timer.shutdown();
        timer.awaitTermination(INTERVAL_MS, TimeUnit.MILLISECONDS);
        synchronized (this) {
            if (nowSeconds() - lastSeconds >= MIN_INTERVAL_S || samples.isEmpty()) {
                sample();
            }
            return summary();
        }
    }

    public synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private synchronized void begin() {
        lastSeconds = startSeconds = nowSeconds();
        lastCpu = startCpu = tree.cpuSeconds();
        timer.scheduleAtFixedRate(this::sample, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    }

    private synchronized void sample() {
        double seconds = nowSeconds();
        double cpu = tree.cpuSeconds();
        double percent = 100 * (cpu - lastCpu) / (seconds - lastSeconds);
        double memory = tree.residentBytes() / MIB;
        if (Double.isNaN(memory)) {
            return; // the process is gone; the one who runs the traffic notices
        }
        samples.add(new Sample(
                Statistics.round(seconds - startSeconds),
                null,
                Statistics.round(percent),
                Statistics.round(memory),
                readGauges()));
        lastSeconds = seconds;
        lastCpu = cpu;
    }

    /** Silence of the endpoint leaves a hole in the series; it fails no measurement. */
    private Map<String, Double> readGauges() {
        if (gauges == null) {
            return null;
        }
        try {
            return gauges.read();
        } catch (BenchException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private Map<Measure, Double> summary() {
        Map<Measure, Double> result = new EnumMap<>(Measure.class);
        if (samples.isEmpty()) {
            return result;
        }
        result.put(Measure.CPU_AVG, 100 * (lastCpu - startCpu) / (lastSeconds - startSeconds));
        result.put(
                Measure.CPU_MAX,
                samples.stream().mapToDouble(Sample::cpuPercent).max().orElseThrow());
        result.put(
                Measure.MEM_AVG,
                samples.stream().mapToDouble(Sample::memMiB).average().orElseThrow());
        result.put(
                Measure.MEM_MAX,
                samples.stream().mapToDouble(Sample::memMiB).max().orElseThrow());
        result.replaceAll((measure, value) -> Statistics.round(value));
        return result;
    }

    private static double nowSeconds() {
        return System.nanoTime() / 1e9;
    }
}
