// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.relay.ForwardMode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the recipe table. */
@Command(name = "modes", description = "Lists the modes and their pipelines.", mixinStandardHelpOptions = true)
final class ModesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        for (ForwardMode mode : ForwardMode.all()) {
            out.printf("%-26s %s%n", mode.name(), mode.pipeline());
        }
        out.flush();
    }
}
