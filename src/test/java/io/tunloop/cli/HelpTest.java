// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What --help prints: the help, and no complaint of picocli's, which takes a percent sign for a format. */
class HelpTest {
    static Stream<String> commands() {
        return withSubcommands(Main.commandLine())
                .map(command -> command.getCommandSpec().qualifiedName(" "));
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::withSubcommands));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldPrintNothingBesideTheHelp(String command) throws Exception {
        List<String> words = List.of(command.split(" "));
        var arguments =
                JavaProcess.command(Main.class, words.subList(1, words.size()).toArray(String[]::new));
        arguments.add("--help");

        Process process = new ProcessBuilder(arguments).start();
        process.getOutputStream().close();
        String help = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(help).startsWith("Usage: " + command).doesNotContain("%%", "%n");
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(process.waitFor()).isZero();
    }
}
