// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.tunloop.testing.Tools;
import io.tunloop.testing.TwoHosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A real one beside a daemon, which it scrapes each second. It ends with the hosts. */
final class Prometheus {
    private static final String ADDRESS = "127.0.0.1:9090";

    /** Where it answers, on the daemon's host. */
    static final String API = "http://" + ADDRESS + "/api/v1/";

    private Prometheus() {}

    /**
     * @param folder for what it writes
     * @param rules files that it evaluates each second too
     */
    static void start(TwoHosts hosts, Path folder, Path... rules) throws IOException {
        Tools.require("prometheus");
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: %s
                scrape_configs:
                  - job_name: tunloop
                    static_configs: [{targets: ['127.0.0.1:9464']}]
                """.formatted(
                        Arrays.stream(rules).map(rule -> "'" + rule + "'").toList()));
        hosts.host1()
                .start(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=" + ADDRESS);
    }
}
