// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code tunloop forward|modes|bench|device|doctor}. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "tunloop",
        description = "Forwards IP packets between two TUN interfaces, and measures how fast.",
        mixinStandardHelpOptions = true,
        subcommands = {})
public final class Main {
    private Main() {}

    public static void main(String... args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
