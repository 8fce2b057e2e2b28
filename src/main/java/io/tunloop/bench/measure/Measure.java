// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Locale;

/** What is measured: a number of a run, or one derived from it. The JSON property is its name in the result file. */
public enum Measure {
    @JsonProperty("gbps")
    GBPS("Gbps", "Gbit/s", 2, true),
    @JsonProperty("retransmits")
    RETRANSMITS("Retr", "segments", 0, false),
    @JsonProperty("outOfOrder")
    OUT_OF_ORDER("Reord", "segments", 0, false),
    @JsonProperty("senderReorders")
    SENDER_REORDERS("Sender reord", "events", 0, false),
    @JsonProperty("packetsPerSecond")
    PACKETS_PER_SECOND("kpps", "1000 packets/s", 1, true),
    @JsonProperty("lossPercent")
    LOSS_PERCENT("Loss %", "%", 2, false),
    @JsonProperty("lossFreePacketsPerSecond")
    LOSS_FREE("NDR kpps", "1000 packets/s", 1, true),
    @JsonProperty("halfPercentLossPacketsPerSecond")
    HALF_PERCENT_LOSS("0.5% kpps", "1000 packets/s", 1, true),
    @JsonProperty("latencyAt10P50Us")
    AT_10_P50("p50@10", "us", 1, false),
    @JsonProperty("latencyAt10P90Us")
    AT_10_P90("p90@10", "us", 1, false),
    @JsonProperty("latencyAt10P99Us")
    AT_10_P99("p99@10", "us", 1, false),
    @JsonProperty("latencyAt10P999Us")
    AT_10_P999("p99.9@10", "us", 1, false),
    @JsonProperty("latencyAt10MaxUs")
    AT_10_MAX("max@10", "us", 1, false),
    @JsonProperty("latencyAt50P50Us")
    AT_50_P50("p50@50", "us", 1, false),
    @JsonProperty("latencyAt50P90Us")
    AT_50_P90("p90@50", "us", 1, false),
    @JsonProperty("latencyAt50P99Us")
    AT_50_P99("p99@50", "us", 1, false),
    @JsonProperty("latencyAt50P999Us")
    AT_50_P999("p99.9@50", "us", 1, false),
    @JsonProperty("latencyAt50MaxUs")
    AT_50_MAX("max@50", "us", 1, false),
    @JsonProperty("latencyAt90P50Us")
    AT_90_P50("p50@90", "us", 1, false),
    @JsonProperty("latencyAt90P90Us")
    AT_90_P90("p90@90", "us", 1, false),
    @JsonProperty("latencyAt90P99Us")
    AT_90_P99("p99@90", "us", 1, false),
    @JsonProperty("latencyAt90P999Us")
    AT_90_P999("p99.9@90", "us", 1, false),
    @JsonProperty("latencyAt90MaxUs")
    AT_90_MAX("max@90", "us", 1, false),
    @JsonProperty("latencyP50Us")
    LATENCY_P50("p50 us", "us", 1, false),
    @JsonProperty("latencyP90Us")
    LATENCY_P90("p90 us", "us", 1, false),
    @JsonProperty("latencyP99Us")
    LATENCY_P99("p99 us", "us", 1, false),
    @JsonProperty("latencyMaxUs")
    LATENCY_MAX("max us", "us", 1, false),
    @JsonProperty("loadedLatencyP50Us")
    LOADED_P50("load p50", "us", 1, false),
    @JsonProperty("loadedLatencyP90Us")
    LOADED_P90("load p90", "us", 1, false),
    @JsonProperty("loadedLatencyP99Us")
    LOADED_P99("load p99", "us", 1, false),
    @JsonProperty("loadedLatencyMaxUs")
    LOADED_MAX("load max", "us", 1, false),
    @JsonProperty("roundTripsPerSecond")
    ROUND_TRIPS_PER_SECOND("RT/s", "round trips/s", 0, true),
    @JsonProperty("cpuAvgPercent")
    CPU_AVG("CPU Avg", "% of a core", 1, false),
    @JsonProperty("cpuMaxPercent")
    CPU_MAX("CPU Max", "% of a core", 1, false),
    @JsonProperty("memAvgMiB")
    MEM_AVG("Mem Avg", "MiB", 1, false),
    @JsonProperty("memMaxMiB")
    MEM_MAX("Mem Max", "MiB", 1, false),
    @JsonProperty("systemCpuPercent")
    SYSTEM_CPU("Sys CPU", "% of a core", 1, false),
    @JsonProperty("systemUserPercent")
    SYSTEM_USER("User", "% of a core", 1, false),
    @JsonProperty("systemKernelPercent")
    SYSTEM_KERNEL("Kernel", "% of a core", 1, false),
    @JsonProperty("systemSoftirqPercent")
    SYSTEM_SOFTIRQ("Softirq", "% of a core", 1, false),
    @JsonProperty("stealPercent")
    STEAL("Steal", "% of a core", 1, false),
    @JsonProperty("kiloContextSwitchesPerSecond")
    CONTEXT_SWITCHES("kctx/s", "1000 context switches/s", 1, false),
    @JsonProperty("systemCallsPerPacket")
    SYSTEM_CALLS_PER_PACKET("Calls/pkt", "system calls per packet", 3, false),
    @JsonProperty("cyclesPerPacket")
    CYCLES_PER_PACKET("Cycles/pkt", "cycles per packet", 0, false),
    @JsonProperty("instructionsPerPacket")
    INSTRUCTIONS_PER_PACKET("Instr/pkt", "instructions per packet", 0, false),
    @JsonProperty("instructionsPerCycle")
    INSTRUCTIONS_PER_CYCLE("IPC", "instructions per cycle", 2, true),
    @JsonProperty("cacheMissesPerPacket")
    CACHE_MISSES_PER_PACKET("Misses/pkt", "cache misses per packet", 1, false),
    @JsonProperty("jvmAllocatedBytesPerPacket")
    ALLOCATED_PER_PACKET("Alloc/pkt", "bytes allocated per packet", 2, false),
    @JsonProperty("jvmCollections")
    COLLECTIONS("GCs", "collections", 0, false),
    @JsonProperty("jvmCollectionPausesMs")
    COLLECTION_PAUSES("GC ms", "ms of pauses", 1, false),
    @JsonProperty("jvmCompileMs")
    COMPILE_TIME("JIT ms", "ms of compiling", 0, false),
    @JsonProperty("secondsTo90PercentOfWarmRate")
    WARM_UP("Warm s", "s to 90 % of the warm rate", 1, false),
    @JsonProperty("txDropped")
    TX_DROPPED("Drops", "packets", 0, false),
    @JsonProperty("otherCpuPercent")
    OTHER_CPU("Other CPU", "% of a core", 1, false),
    @JsonProperty("cpuPercentPerGbit")
    CPU_PER_GBIT("CPU/Gbit", "% of a core per Gbit/s", 1, false),
    @JsonProperty("systemCpuPercentPerGbit")
    SYSTEM_CPU_PER_GBIT("Sys/Gbit", "% of a core per Gbit/s", 1, false),
    @JsonProperty("ratioToLimit")
    RATIO_TO_LIMIT("/limit", "ratio", 2, true),
    @JsonProperty("cpuPerGbitRatioToLimit")
    CPU_PER_GBIT_RATIO("CPU/limit", "ratio", 2, false),
    @JsonProperty("ratioToRow")
    RATIO_TO_ROW("/row", "ratio", 2, true);

    /** Latency as the tables show it: alone, then beside a TCP stream. */
    public static final List<Measure> LATENCY_COLUMNS =
            List.of(LATENCY_P50, LATENCY_P90, LATENCY_P99, LATENCY_MAX, LOADED_P50, LOADED_P90, LOADED_P99, LOADED_MAX);

    /** What {@code --profile-jvm} finds out, in a run of its own. */
    public static final List<Measure> JVM_COLUMNS =
            List.of(ALLOCATED_PER_PACKET, COLLECTIONS, COLLECTION_PAUSES, COMPILE_TIME, WARM_UP);

    private final String title;
    private final String unit;
    private final int digits;
    private final boolean higherIsBetter;

    Measure(String title, String unit, int digits, boolean higherIsBetter) {
        this.title = title;
        this.unit = unit;
        this.digits = digits;
        this.higherIsBetter = higherIsBetter;
    }

    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }

    public boolean isHigherBetter() {
        return higherIsBetter;
    }

    /** Whether it is a ratio to the row's limit, whichever that is. */
    public boolean isToLimit() {
        return this == RATIO_TO_LIMIT || this == CPU_PER_GBIT_RATIO;
    }

    /** Whether it is a ratio of the workload's first figure, and so better in the direction in which that is. */
    public boolean isOfPrimary() {
        return this == RATIO_TO_LIMIT || this == RATIO_TO_ROW;
    }

    /** The one of this name in the result file; {@code null} for none. */
    public static Measure named(String property) {
        try {
            return new ObjectMapper().convertValue(property, Measure.class);
        } catch (IllegalArgumentException unknown) {
            return null;
        }
    }

    /** Its name in the result file. */
    public String property() {
        return new ObjectMapper().convertValue(this, String.class);
    }

    /** The same figure measured beside a TCP stream; {@code null} for those that are not. */
    public Measure underLoad() {
        return switch (this) {
            case LATENCY_P50 -> LOADED_P50;
            case LATENCY_P90 -> LOADED_P90;
            case LATENCY_P99 -> LOADED_P99;
            case LATENCY_MAX -> LOADED_MAX;
            default -> null;
        };
    }

    /** The value as the tables show it; a dash for none. */
    public String format(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
