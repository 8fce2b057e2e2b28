// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is measured: a number of a run, or one derived from it. The JSON property is its name in the result file. */
enum Measure {
    @JsonProperty("gbps")
    GBPS("Gbps", "Gbit/s", 2, true),
    @JsonProperty("retransmits")
    RETRANSMITS("Retr", "segments", 0, false),
    @JsonProperty("packetsPerSecond")
    PACKETS_PER_SECOND("kpps", "1000 packets/s", 1, true),
    @JsonProperty("lossPercent")
    LOSS_PERCENT("Loss %", "%", 2, false),
    @JsonProperty("latencyP50Us")
    LATENCY_P50("p50 us", "us", 1, false),
    @JsonProperty("latencyP90Us")
    LATENCY_P90("p90 us", "us", 1, false),
    @JsonProperty("latencyP99Us")
    LATENCY_P99("p99 us", "us", 1, false),
    @JsonProperty("latencyMaxUs")
    LATENCY_MAX("max us", "us", 1, false),
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
    @JsonProperty("txDropped")
    TX_DROPPED("Drops", "packets", 0, false),
    @JsonProperty("otherCpuPercent")
    OTHER_CPU("Other CPU", "% of a core", 1, false),
    @JsonProperty("cpuPercentPerGbit")
    CPU_PER_GBIT("CPU/Gbit", "% of a core per Gbit/s", 1, false),
    @JsonProperty("ratioToLimit")
    RATIO_TO_LIMIT("/limit", "ratio", 2, true),
    @JsonProperty("cpuPerGbitRatioToLimit")
    CPU_PER_GBIT_RATIO("CPU/limit", "ratio", 2, false),
    @JsonProperty("ratioToRow")
    RATIO_TO_ROW("/row", "ratio", 2, true);

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

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    boolean isHigherBetter() {
        return higherIsBetter;
    }

    /** The value as the tables show it; a dash for none. */
    String format(Double value) {
        return value == null ? "-" : String.format(java.util.Locale.ROOT, "%." + digits + "f", value);
    }
}
