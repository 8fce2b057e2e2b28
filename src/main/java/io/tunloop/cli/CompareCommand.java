// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.bench.report.ResultComparison;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two result files. Exit code 1 when a row is slower than allowed. */
@Command(
        name = "compare",
        description = "Compares two result files of the bench.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "OLD.json", description = "The result to compare with.")
    private Path before;

    @Parameters(index = "1", paramLabel = "NEW.json", description = "The result to judge.")
    private Path after;

    @Option(
            names = "--by",
            paramLabel = "MEASURE",
            defaultValue = "gbps",
            description = "gbps, ratioToLimit, packetsPerSecond or roundTripsPerSecond (${DEFAULT-VALUE}).")
    private String measure;

    @Option(names = "--fail-below", paramLabel = "RATIO", description = "Exit code 1 when new/old is below this.")
    private Double failBelow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (!List.of("gbps", "ratioToLimit", "packetsPerSecond", "roundTripsPerSecond")
                .contains(measure)) {
            throw new ParameterException(spec.commandLine(), "not a measure to compare by: " + measure);
        }
        ResultComparison comparison = ResultComparison.read(before, after, measure);
        PrintWriter out = spec.commandLine().getOut();
        out.print(comparison.table());
        out.flush();
        List<String> below = failBelow == null ? List.of() : comparison.below(failBelow);
        if (!below.isEmpty()) {
            out.println("below " + failBelow + ": " + String.join(", ", below));
            out.flush();
        }
        return below.isEmpty() ? 0 : 1;
    }
}
