// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of another JVM with this one's class path, for tests about a whole process. */
public final class JavaProcess {
    /** This JVM's own {@code java}. */
    public static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private JavaProcess() {}

    /** Runs a main class; fast to start rather than fast to run. */
    public static List<String> command(Class<?> main, String... arguments) {
        return command(main.getName(), arguments);
    }

    private static List<String> command(String program, String... arguments) {
        var command = new ArrayList<>(List.of(JAVA, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The same as one line for a shell. */
    public static String commandLine(Class<?> main, String... arguments) {
        return commandLine(command(main, arguments));
    }

    /** Runs a program straight from its source file, as one line for a shell. */
    public static String commandLine(Path source, String... arguments) {
        return commandLine(command(source.toString(), arguments));
    }

    private static String commandLine(List<String> words) {
        return "'" + String.join("' '", words) + "'";
    }
}
