// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A result file read back: of each row the median, the smallest and the largest value of one measure.
 *
 * @param rows by label, in the order of the file
 */
record ResultFile(Map<String, Spread> rows) {
    /** Values of one measure over the runs of one row. */
    record Spread(double min, double median, double max) {}

    /** @param property the measure's name in the file, like {@code gbps} */
    static ResultFile read(Path file, String property) throws IOException {
        JsonNode root = parse(file);
        if (root.path("schema").asInt() != JsonReport.SCHEMA) {
            throw new IOException(file + " is no result of schema " + JsonReport.SCHEMA);
        }
        Map<String, Spread> rows = new LinkedHashMap<>();
        for (JsonNode row : root.path("rows")) {
            JsonNode median = row.path("median").path(property);
            if (median.isNumber()) {
                // What comes from comparing rows has no spread of its own.
                rows.put(
                        row.path("label").asText(),
                        new Spread(
                                row.path("min").path(property).asDouble(median.asDouble()),
                                median.asDouble(),
                                row.path("max").path(property).asDouble(median.asDouble())));
            }
        }
        return new ResultFile(rows);
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
