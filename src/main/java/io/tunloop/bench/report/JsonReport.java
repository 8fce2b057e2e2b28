// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.tunloop.bench.measure.Interval;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.plan.Variation;
import io.tunloop.bench.plan.Words;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The result file, schema 1: properties may be added, never changed. */
final class JsonReport {
    static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).registerModule(PlainNumber.module());

    private JsonReport() {}

    static String render(Report report) {
        try {
            return MAPPER.writeValueAsString(new File(report)) + '\n';
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result that is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    @JsonPropertyOrder({
        "schema",
        "command",
        "started",
        "stopped",
        "workload",
        "primary",
        "environment",
        "warnings",
        "rows"
    })
    private record File(
            int schema,
            String command,
            String started,
            @JsonInclude(JsonInclude.Include.NON_NULL) String stopped,
            String workload,
            Measure primary,
            Map<String, Object> environment,
            List<String> warnings,
            List<RowFile> rows) {
        File(Report report) {
            this(
                    SCHEMA,
                    report.command(),
                    report.started().toString(),
                    report.stopped(),
                    report.workload(),
                    report.primary(),
                    report.environment().facts(),
                    report.environment().warnings(),
                    report.rows().stream().map(RowFile::new).toList());
        }
    }

    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record RowFile(
            String label,
            @JsonInclude(JsonInclude.Include.NON_NULL) Variation sweep,
            String kind,
            String command,
            Boolean offload,
            @JsonInclude(JsonInclude.Include.NON_NULL) String limit,
            boolean channel,
            List<RunResult> runs,
            Map<Measure, Double> median,
            Map<Measure, Double> min,
            Map<Measure, Double> max,
            Map<Measure, Interval> interval,
            Map<Measure, Double> pValue,
            String error) {
        RowFile(RowResult result) {
            this(
                    result.row().title(),
                    result.row().variation(),
                    result.row().kind().name().toLowerCase(Locale.ROOT),
                    Words.withoutFolder(Words.join(result.row().command())),
                    result.offload(),
                    result.limit(),
                    result.row().channel(),
                    result.runs(),
                    result.median(),
                    result.min(),
                    result.max(),
                    result.intervals(),
                    result.pValues(),
                    result.error());
        }
    }
}
