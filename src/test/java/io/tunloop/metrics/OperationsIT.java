// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alert rules ask for what a daemon has: a Prometheus that scrapes one under load answers each query. */
@RequiresTun
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OperationsIT {
    private static final Path RULES =
            Path.of("operations/prometheus-alerts.yml").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    @TempDir
    private Path folder;

    @BeforeEach
    void scrape() throws IOException {
        Tools.require("promtool", "curl");
        ForwardProcess forward =
                ForwardProcess.start(hosts, List.of(), "--mode", "async-gso-channel", "--metrics", "9464");
        forward.awaitLine("tunloop: ready");
        Traffic.start(hosts);
        Prometheus.start(hosts, folder, RULES);
        // The second scrape gives a rate, and the rules have then been asked for too.
        until(() -> result("rate(tunloop_packets_total[10s])").size() > 0 && rulesWereEvaluated());
    }

    /** Prometheus has no event to wait for; the test's timeout ends this. */
    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private JsonNode get(String... arguments) {
        var command =
                new ArrayList<>(List.of("curl", "-s", "--retry", "100", "--retry-connrefused", "--retry-delay", "1"));
        command.addAll(List.of(arguments));
        String answer = hosts.host1().run(command.toArray(String[]::new));
        try {
            JsonNode json = JSON.readTree(answer);
            assertThat(json.path("status").asText()).as(answer).isEqualTo("success");
            return json.get("data");
        } catch (IOException cause) {
            throw new UncheckedIOException(answer, cause);
        }
    }

    private JsonNode result(String query) {
        return get("-G", "--data-urlencode", "query=" + query, Prometheus.API + "query")
                .get("result");
    }

    private List<JsonNode> rules() {
        return get(Prometheus.API + "rules").findValues("rules").stream()
                .flatMap(OperationsIT::elements)
                .toList();
    }

    private boolean rulesWereEvaluated() {
        List<JsonNode> rules = rules();
        return !rules.isEmpty()
                && rules.stream().noneMatch(rule -> rule.get("health").asText().equals("unknown"));
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all.stream();
    }

    /** Each of them, with the variables as Grafana would fill them in. */
    private static List<String> queriesOfDashboard() throws IOException {
        JsonNode dashboard =
                JSON.readTree(Path.of("operations/grafana-dashboard.json").toFile());
        return elements(dashboard.get("panels"))
                .flatMap(panel -> elements(panel.get("targets")))
                .map(target -> target.get("expr")
                        .asText()
                        .replace("$__rate_interval", "10s")
                        .replace("$instance", ".*"))
                .toList();
    }

    @Test
    void shouldAnswerWhatTheDashboardAsks() throws Exception {
        List<String> queries = queriesOfDashboard();
        assertThat(queries).hasSizeGreaterThan(10);
        for (String query : queries) {
            assertThat(query).doesNotContain("$");
            JsonNode series = result(query);
            assertThat(series).as(query).isNotEmpty();
            for (JsonNode one : series) {
                assertThat(one.get("value").get(1).asDouble()).as(query).isFinite();
            }
        }
        assertThat(result("8 * rate(tunloop_bytes_total{device='tun22', direction='written'}[10s])")
                        .get(0)
                        .get("value")
                        .get(1)
                        .asDouble())
                .isGreaterThan(1e6);
    }

    @Test
    void shouldEvaluateTheAlertRulesWithoutAnyError() {
        assertThat(rules())
                .hasSizeGreaterThan(5)
                .allSatisfy(rule -> assertThat(rule.get("health").asText())
                        .as(rule.toString())
                        .isEqualTo("ok"));
        // Every metric that a rule names is one that the daemon has.
        hosts.host1().run("promtool", "check", "rules", RULES.toString());
        String text = rules().stream().map(rule -> rule.get("query").asText()).reduce("", String::concat);
        for (String metric : text.split("[^a-z0-9_:]+")) {
            if (metric.startsWith("tunloop_") || metric.startsWith("process_")) {
                assertThat(result(metric)).as(metric).isNotEmpty();
            }
        }
    }

    @Test
    void shouldAlertOnADeviceThatIsDown() {
        hosts.host2().run("ip", "link", "set", "tun22", "down");
        until(() -> rules().stream()
                .filter(rule -> rule.get("name").asText().equals("TunloopDeviceDown"))
                .anyMatch(rule -> rule.get("state").asText().equals("pending")
                        && rule.toString().contains("tun22")));
    }

    @Test
    void shouldPassTheTestsOfTheAlertRules() {
        hosts.host1()
                .run(
                        "promtool",
                        "test",
                        "rules",
                        RULES.resolveSibling("prometheus-alerts-test.yml").toString());
    }
}
