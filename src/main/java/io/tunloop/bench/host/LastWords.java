// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The one line of a process's output that says why it ended.
 *
 * <p>It is the last line on standard error that calls itself an error, else the last one that says something; without any, the
 * last one on standard output. What runtimes print around it says nothing: the JVM's banner, frames of a stack, the advice
 * after a usage error.
 */
final class LastWords {
    private static final Pattern ERROR = Pattern.compile(
            "^(?:fatal error|panic|error|Caused by|Exception in thread)\\b.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern NOISE = Pattern.compile(
            "Picked up \\w+: .*" // the JVM, of its options in the environment
                    + "|\\s*at \\S+\\(.*\\)|\\s*\\.\\.\\. \\d+ (?:more|common frames.*)" // its stack
                    + "|note: .*" // Rust, of backtraces
                    + "|goroutine \\d+.*|exit status \\d+" // Go
                    + "|(?i:usage: .*|for more information, try .*|try '.*)|\\s*");

    private LastWords() {}

    static String of(List<String> errorLines, List<String> outputLines) {
        return last(errorLines.stream().filter(line -> ERROR.matcher(line).matches()))
                .or(() -> last(errorLines.stream()))
                .or(() -> last(outputLines.stream()))
                .orElse("it printed nothing");
    }

    private static Optional<String> last(Stream<String> lines) {
        return lines.filter(line -> !NOISE.matcher(line).matches())
                .reduce((first, second) -> second)
                .map(String::strip);
    }
}
