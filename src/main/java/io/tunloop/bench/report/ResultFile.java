// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.measure.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * A result file read back: of each row the median of one measure and the runs that it comes from.
 *
 * @param started when that bench was, in ISO 8601; empty where the file does not say
 * @param workload which traffic it was; empty where the file does not say
 * @param commit that was measured; empty where the file does not say
 * @param higherIsBetter of the measure; of a ratio what is true of the figure that it is a ratio of
 * @param rows by label, in the order of the file
 */
record ResultFile(String started, String workload, String commit, boolean higherIsBetter, Map<String, Values> rows) {
    /**
     * @param runs one value each; empty where the file has only the median of what compares two rows
     * @param limit the label of the row that it is held against; empty for none, and in files that do not say
     */
    record Values(double median, double[] runs, String limit) {}

    static ResultFile read(Path file, Measure measure) throws IOException {
        String property = measure.property();
        JsonNode root = parse(file);
        if (root.path("schema").asInt() != JsonReport.SCHEMA) {
            throw new IOException(file + " is no result of schema " + JsonReport.SCHEMA);
        }
        Map<String, Values> rows = new LinkedHashMap<>();
        for (JsonNode row : root.path("rows")) {
            JsonNode median = row.path("median").path(property);
            if (median.isNumber()) {
                double[] runs = StreamSupport.stream(row.path("runs").spliterator(), false)
                        .map(run -> run.path(property))
                        .filter(JsonNode::isNumber)
                        .mapToDouble(JsonNode::asDouble)
                        .toArray();
                rows.put(
                        row.path("label").asText(),
                        new Values(median.asDouble(), runs, row.path("limit").asText()));
            }
        }
        return new ResultFile(
                root.path("started").asText(),
                root.path("workload").asText(),
                root.at("/environment/commit").asText(),
                isHigherBetter(measure, root.path("primary").asText()),
                rows);
    }

    /** @param primary empty in files of before, whose ratios are taken for those of throughput */
    private static boolean isHigherBetter(Measure measure, String primary) {
        Measure of = measure.isOfPrimary() ? Measure.named(primary) : null;
        return (of == null ? measure : of).isHigherBetter();
    }

    private static JsonNode parse(Path file) throws IOException {
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IOException("no such file: " + file, e);
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
