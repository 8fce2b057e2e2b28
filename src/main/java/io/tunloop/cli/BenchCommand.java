// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.bench.Bench;
import io.tunloop.bench.host.UserNamespace;
import io.tunloop.bench.plan.BenchOptions;
import io.tunloop.relay.ForwardMode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures rows against each other. Exit code 1 when one failed or the run was stopped. */
@Command(
        name = "bench",
        subcommands = {CompareCommand.class, HistoryCommand.class},
        description = "Measures modes and other forwarders between two namespaces.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BenchCommand implements Callable<Integer> {
    private static final int EXIT_STOPPED = 130; // 128 + SIGINT, as shells have it

    @Mixin
    private BenchOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    @SuppressWarnings("try") // the signals are only there to be closed
    public Integer call() throws Exception {
        Bench bench = bench();
        if (options.isDryRun()) {
            bench.dryRun();
            return 0;
        }
        if (UserNamespace.isNeeded()) {
            return runInUserNamespace();
        }
        try (TerminationSignals signals = TerminationSignals.install(bench::stop, EXIT_STOPPED)) {
            return bench.run() ? 0 : 1;
        }
    }

    @SuppressWarnings("try") // the signals are only there to be closed
    private int runInUserNamespace() throws Exception {
        Process inside = UserNamespace.start(spec.commandLine().getParseResult().originalArgs());
        try (TerminationSignals signals = TerminationSignals.install(inside::destroy, EXIT_STOPPED)) {
            return inside.waitFor();
        }
    }

    private Bench bench() {
        List<String> arguments = spec.commandLine().getParseResult().originalArgs();
        try {
            return Bench.of(
                    options,
                    Bench.commandLine(arguments),
                    ForwardMode.all().stream().map(ForwardMode::name).toList(),
                    System.out,
                    System.err);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
