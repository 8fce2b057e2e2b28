// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "tunloop",
        description = "Forwards IP packets between two TUN interfaces, and measures how fast.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            ForwardCommand.class,
            BenchCommand.class,
            ModesCommand.class,
            DeviceCommand.class,
            DoctorCommand.class
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String... args) {
        Logging.configure(Logging.Format.TEXT, Logging.Level.INFO);
        // Netty would look for a network card to name its channels after, and complain where there is none.
        System.setProperty("io.netty.machineId", System.getProperty("io.netty.machineId", "02:00:00:00:00:01"));
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return configure(new CommandLine(new Main()));
    }

    /** What holds for every command line of ours. */
    static CommandLine configure(CommandLine command) {
        return command.setCaseInsensitiveEnumValuesAllowed(true)
                // An argument like @FILE would be replaced by what is in the file.
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(Main::usageError)
                .setExecutionExceptionHandler(Main::failure);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a subcommand is missing: "
                        + String.join(", ", spec.subcommands().keySet()));
    }

    private static int usageError(ParameterException cause, String[] args) {
        CommandLine command = cause.getCommandLine();
        command.getErr().println(oneLine(command, cause.getMessage()));
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failure(Exception failure, CommandLine command, CommandLine.ParseResult result) {
        // An error, like that of a native library, comes wrapped into picocli's exception.
        Throwable cause = failure instanceof CommandLine.ExecutionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        command.getErr().println(oneLine(command, String.valueOf(cause.getMessage())));
        return cause instanceof ConfigException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private static String oneLine(CommandLine command, String message) {
        return command.getCommandSpec().root().name() + ": " + OneLine.of(message);
    }

    /** The version that the build put into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"tunloop " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
