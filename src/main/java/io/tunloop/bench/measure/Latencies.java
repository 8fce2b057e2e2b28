// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Round-trip times of one run.
 *
 * Units: recorded in nanoseconds, told in microseconds.
 */
public final class Latencies {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final double NS_PER_US = 1e3;

    // Of a CDF, from one half of what is left to the next: enough for a smooth line.
    private static final int CDF_POINTS_PER_HALF = 5;

    private final Histogram histogram;

    public Latencies() {
        this(new Histogram(HIGHEST_NS, DIGITS));
    }

    private Latencies(Histogram histogram) {
        this.histogram = histogram;
    }

    /**
     * A point of a cumulative distribution; in the result file an array of the two.
     *
     * @param percent of all round trips that took so long or less
     */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    @JsonPropertyOrder({"us", "percent"})
    public record CdfPoint(double us, double percent) {}

    public void record(long roundTripNs) {
        record(roundTripNs, 1);
    }

    public void record(long roundTripNs, long times) {
        histogram.recordValueWithCount(Math.min(Math.max(roundTripNs, 0), HIGHEST_NS), times);
    }

    /** Adds all that others have recorded. */
    public void add(Latencies others) {
        histogram.add(others.histogram);
    }

    /** Of what {@link #encoded()} gave. */
    public static Latencies decode(String encoded) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encoded));
            return new Latencies(Histogram.decodeFromCompressedByteBuffer(bytes, 0));
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not a compressed histogram: " + e.getMessage(), e);
        }
    }

    /** HdrHistogram's compressed form in base64, which its tools read; values in nanoseconds. */
    public String encoded() {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    /** From the fastest to the slowest, denser towards the slow end; both coordinates rise from point to point. */
    public List<CdfPoint> cdf() {
        List<CdfPoint> points = new ArrayList<>();
        double lastUs = -1;
        for (HistogramIterationValue step : histogram.percentiles(CDF_POINTS_PER_HALF)) {
            double us = step.getValueIteratedTo() / NS_PER_US;
            if (us > lastUs && count() > 0) {
                points.add(new CdfPoint(us, Statistics.round(step.getPercentile())));
                lastUs = us;
            }
        }
        return points;
    }

    public long count() {
        return histogram.getTotalCount();
    }

    public Map<Measure, Double> measures() {
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        measures.put(Measure.LATENCY_P50, us(50));
        measures.put(Measure.LATENCY_P90, us(90));
        measures.put(Measure.LATENCY_P99, us(99));
        measures.put(Measure.LATENCY_MAX, maxUs());
        return measures;
    }

    public String summary() {
        return String.format(
                Locale.ROOT,
                "%d round trips, p50 %.1f us, p90 %.1f us, p99 %.1f us, max %.1f us",
                count(),
                us(50),
                us(90),
                us(99),
                maxUs());
    }

    /** Microseconds; 0 when nothing was recorded. */
    public double us(double percentile) {
        return Statistics.round(histogram.getValueAtPercentile(percentile) / NS_PER_US);
    }

    /** Microseconds; 0 when nothing was recorded. */
    public double maxUs() {
        return Statistics.round(histogram.getMaxValue() / NS_PER_US);
    }
}
