// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.host.DeviceFacts;
import io.tunloop.bench.host.Environment;
import io.tunloop.bench.measure.Comparison;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.measure.Sample;
import io.tunloop.bench.plan.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report that a result file was written from. */
final class RecordedReport {
    /** What the README shows. */
    static final Path README = Path.of("flamegraph/bench.json");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RecordedReport() {}

    static Report read(Path file) throws IOException {
        JsonNode root = MAPPER.readTree(file.toFile());
        List<RowResult> rows = new ArrayList<>();
        root.get("rows").forEach(row -> rows.add(row(row)));
        new Comparison(rows, Measure.GBPS).fill(null);
        return new Report(
                root.get("command").asText(),
                Instant.parse(root.get("started").asText()),
                null,
                root.get("workload").asText(),
                List.of(Measure.GBPS, Measure.RETRANSMITS),
                new Environment(
                        MAPPER.convertValue(root.get("environment"), new TypeReference<Map<String, Object>>() {}),
                        MAPPER.convertValue(root.get("warnings"), new TypeReference<List<String>>() {})),
                rows);
    }

    private static RowResult row(JsonNode json) {
        Row.Kind kind = Row.Kind.valueOf(json.get("kind").asText().toUpperCase(Locale.ROOT));
        RowResult row = new RowResult(new Row(
                json.get("label").asText(), kind, List.of(), json.get("channel").asBoolean()));
        json.get("runs").forEach(run -> row.add(run(run)));
        return row;
    }

    private static RunResult run(JsonNode json) {
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        for (Measure measure : Measure.values()) {
            if (json.path(measure.property()).isNumber()) {
                measures.put(measure, json.get(measure.property()).asDouble());
            }
        }
        return new RunResult(
                measures,
                MAPPER.convertValue(json.get("series"), new TypeReference<List<Sample>>() {}),
                MAPPER.convertValue(json.get("device"), DeviceFacts.class),
                null,
                "");
    }
}
