// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.RequiresTun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only one feature needs and is missing: that feature says so, and the bench goes on. */
@RequiresTun
@Timeout(120)
class MissingToolsIT {
    /** What scripts/setup.sh installs for the bench, what every machine has, and what would draw if perf had recorded. */
    private static final List<String> TOOLS =
            List.of("ip", "ethtool", "iperf3", "setsid", "setpriv", "sh", "env", "cat", "rm", "mv", "flamegraph.pl");

    @TempDir
    private Path folder;

    private Path tools;

    @BeforeEach
    void haveOnlyWhatTheBenchNeeds() throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : TOOLS) {
            Path script = Files.writeString(
                    tools.resolve(tool),
                    "#!/bin/sh\nexec $(PATH=" + System.getenv("PATH") + " command -v " + tool + ") \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private BenchProcess bench(String... arguments) throws IOException {
        return BenchProcess.start(folder, List.of(), Map.of("PATH", tools.toString()), arguments);
    }

    @Test
    void shouldMeasureAndSayThatThereIsNoFlameGraphWithoutPerf() throws Exception {
        try (BenchProcess bench = bench(
                "--quick",
                "--time",
                "1",
                "--flamegraph",
                "--flamegraph-dir",
                folder.resolve("drawings").toString(),
                "limit-plain")) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log())
                    .contains(
                            "no flame graph of limit-plain: perf is not installed: run scripts/setup.sh flamegraph as root\n");
        }
    }

    @Test
    void shouldNameThePurposeThatBringsTheClientOfAWorkload() throws Exception {
        try (BenchProcess bench = bench("--workload", "rr", "limit-plain")) {
            assertThat(bench.awaitExit()).isEqualTo(1);
            assertThat(bench.log())
                    .isEqualTo("tunloop: sockperf is not installed: run scripts/setup.sh test as root\n");
        }
    }
}
