// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.report.History;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows how rows have done over many result files. */
@Command(
        name = "history",
        description = {
            "Draws each row over the result files of a folder, the oldest first,",
            "and marks where it has become better or worse by more than chance."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class HistoryCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Where the result files (*.json) are.")
    private Path folder;

    @Option(
            names = "--by",
            paramLabel = "MEASURE",
            defaultValue = "ratioToLimit",
            description = "What to draw, by its name in the files (${DEFAULT-VALUE}).")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Measure measure = Measure.named(name);
        if (measure == null) {
            throw new ParameterException(spec.commandLine(), "not a measure to draw: " + name);
        }
        spec.commandLine().getOut().print(History.read(folder, measure).render());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
