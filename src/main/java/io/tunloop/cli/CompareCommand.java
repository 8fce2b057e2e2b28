// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.plan.Percent;
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

/** Compares two result files. Exit code 1 when a row is worse than allowed, or gone. */
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
            split = ",",
            paramLabel = "MEASURE",
            defaultValue = "gbps",
            description = {
                "What to compare, by its name in the files, like gbps, ratioToLimit or",
                "cpuPercentPerGbit; several with commas (${DEFAULT-VALUE})."
            })
    private List<String> measures;

    @Option(
            names = "--fail-worse",
            paramLabel = "PERCENT",
            description = {
                "Exit code 1 when a row is worse by more than this, like 5%%, and the runs prove it.",
                "Which way is worse the measure knows."
            })
    private String failWorse;

    @Option(
            names = "--fail-below",
            paramLabel = "RATIO",
            description = "Exit code 1 when new/old is below this, proven or not.")
    private Double failBelow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        double percent = failWorse == null ? 0 : percent(failWorse);
        PrintWriter out = spec.commandLine().getOut();
        boolean failed = false;
        for (String name : measures) {
            ResultComparison comparison = ResultComparison.read(before, after, measure(name));
            out.print(comparison.table());
            if (failBelow != null) {
                failed |= tell(out, name + " below " + failBelow, comparison.below(failBelow));
            }
            if (failWorse != null) {
                failed |= tell(out, name + " worse by more than " + failWorse, comparison.worse(percent));
            }
        }
        out.flush();
        return failed ? 1 : 0;
    }

    private static boolean tell(PrintWriter out, String what, List<String> rows) {
        if (!rows.isEmpty()) {
            out.println(what + ": " + String.join(", ", rows));
        }
        return !rows.isEmpty();
    }

    private Measure measure(String name) {
        Measure measure = Measure.named(name);
        if (measure == null) {
            throw new ParameterException(spec.commandLine(), "not a measure to compare by: " + name);
        }
        if (failBelow != null && !measure.isHigherBetter()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--fail-below is for what is better when higher, not " + name + ": use --fail-worse");
        }
        return measure;
    }

    private double percent(String text) {
        try {
            return Percent.parse("--fail-worse", text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
