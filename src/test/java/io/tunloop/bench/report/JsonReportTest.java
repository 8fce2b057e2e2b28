// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.bench.host.DeviceFacts;
import io.tunloop.bench.host.Environment;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.RowResult;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.measure.Sample;
import io.tunloop.bench.plan.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonReportTest {
    @Test
    void shouldWriteSchema1() throws Exception {
        RowResult row = new RowResult(new Row("async-gso", Row.Kind.MODE, List.of("tunloop", "a b"), false));
        row.add(run(10.0));
        row.add(run(11.5));
        Report report = new Report(
                "tunloop bench",
                Instant.parse("2026-01-02T03:04:05Z"),
                null,
                "tcp",
                List.of(Measure.GBPS),
                new Environment(Map.of("cores", 2), List.of("doubtful")),
                List.of(row));

        JsonNode json = new ObjectMapper().readTree(JsonReport.render(report));

        assertThat(json.get("schema").asInt()).isEqualTo(1);
        assertThat(json.get("started").asText()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(json.get("primary").asText()).isEqualTo("gbps");
        assertThat(json.at("/environment/cores").asInt()).isEqualTo(2);
        assertThat(json.at("/rows/0/kind").asText()).isEqualTo("mode");
        assertThat(json.at("/rows/0/command").asText()).isEqualTo("tunloop 'a b'");
        assertThat(json.at("/rows/0/offload").asBoolean()).isTrue();
        assertThat(json.at("/rows/0/runs/0/device/txQueueLength").asInt()).isEqualTo(2000);
        assertThat(json.at("/rows/0/runs/0/gbps").toString()).isEqualTo("10");
        assertThat(json.at("/rows/0/runs/1/series/0/cpuPercent").asDouble()).isEqualTo(99.5);
        assertThat(json.at("/rows/0/median/gbps").asDouble()).isEqualTo(10.75);
        assertThat(json.at("/rows/0/min/gbps").asDouble()).isEqualTo(10);
        assertThat(json.at("/rows/0/max/gbps").asDouble()).isEqualTo(11.5);
        assertThat(json.at("/rows/0/error").isNull()).isTrue();
    }

    private static RunResult run(double gbps) {
        return new RunResult(
                Map.of(Measure.GBPS, gbps),
                List.of(new Sample(1, gbps, 99.5, 60.0)),
                new DeviceFacts(2000, 1500, List.of("tcp-segmentation-offload"), true),
                null,
                "");
    }
}
