// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Turns what a user writes into rows: a mode name with options, an executable with options, {@code baseline}, or
 * {@code limit-} and a kind that native/limit.c knows.
 *
 * Errors: {@link IllegalArgumentException} with one line for the user.
 */
public final class RowParser {
    static final String BASELINE = "baseline";
    static final String LIMIT_MERGE = "limit-merge";
    /** The best that can be done without offload and with it: by a call for each packet or a ring, by two threads or one. */
    static final List<String> LIMITS =
            List.of("limit-plain", "limit-ring", "limit-passthrough", "limit-passthrough-single");

    private static final String LIMIT = "limit-";
    private static final Set<String> LIMIT_KINDS =
            Set.of("plain", "epoll", "ring", "merge", "passthrough", "passthrough-single");
    // What our modes set too: a limit with a shorter queue drops packets, and then limits nothing.
    private static final String LIMIT_TX_QUEUE_LENGTH = "4000";

    private final Collection<String> modes;
    private final List<String> launcher;
    private final Path limitProgram;
    private final List<String> searchPath;

    /**
     * @param launcher the words that start tunloop itself
     * @param limitProgram the C forwarder of the limit rows
     */
    RowParser(Collection<String> modes, List<String> launcher, Path limitProgram) {
        this.modes = modes;
        this.launcher = launcher;
        this.limitProgram = limitProgram;
        this.searchPath = List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
    }

    Row parse(String text) {
        List<String> words = Words.split(text);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("empty row");
        }
        String name = words.get(0);
        List<String> options = words.subList(1, words.size());
        if (modes.contains(name)) {
            return mode(text, name, options);
        }
        if (name.startsWith(LIMIT) && LIMIT_KINDS.contains(name.substring(LIMIT.length()))) {
            return limit(text, name.substring(LIMIT.length()), options);
        }
        return name.equals(BASELINE) ? new Row(text, Row.Kind.BASELINE, List.of(), false) : peer(label(words), words);
    }

    /** A peer with a label of the user's choice: {@code label=command}. */
    Row parsePeer(String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || text.substring(equals + 1).isBlank()) {
            throw new IllegalArgumentException("a peer is LABEL=COMMAND: " + text);
        }
        return peer(text.substring(0, equals).strip(), Words.split(text.substring(equals + 1)));
    }

    /** The modes that match a glob with {@code *} and {@code ?}, in the order of the mode table. */
    List<Row> parseGlob(String glob) {
        Pattern pattern = Pattern.compile(Arrays.stream(glob.split("(?<=[*?])|(?=[*?])"))
                .map(part -> part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part))
                .reduce("", String::concat));
        List<Row> rows = new ArrayList<>();
        for (String mode : modes) {
            if (pattern.matcher(mode).matches()) {
                rows.add(parse(mode));
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no mode matches " + glob + "; modes: " + String.join(", ", modes));
        }
        return rows;
    }

    private Row mode(String label, String mode, List<String> options) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of("forward", "--mode", mode));
        command.addAll(options);
        return new Row(label, Row.Kind.MODE, command, isChannel(mode));
    }

    private Row limit(String label, String kind, List<String> options) {
        if (!Files.isExecutable(limitProgram)) {
            throw new IllegalArgumentException("the limit program is not built: " + limitProgram);
        }
        List<String> command = new ArrayList<>(List.of(limitProgram.toString(), kind));
        command.addAll(List.of("--txqueuelen", LIMIT_TX_QUEUE_LENGTH)); // a later one among the options wins
        command.addAll(options);
        return new Row(label, Row.Kind.LIMIT, command, false);
    }

    private Row peer(String label, List<String> words) {
        List<String> command = new ArrayList<>(words);
        command.set(0, executable(words.get(0)));
        return new Row(label, Row.Kind.PEER, command, isChannel(label));
    }

    private String executable(String name) {
        List<Path> candidates = name.contains("/")
                ? List.of(Path.of(name))
                : searchPath.stream().map(folder -> Path.of(folder, name)).toList();
        return candidates.stream()
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .map(path -> path.toAbsolutePath().toString())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + name + "' is neither a mode nor an executable; modes: " + String.join(", ", modes)));
    }

    private static String label(List<String> words) {
        List<String> short0 = new ArrayList<>(words);
        short0.set(0, new File(words.get(0)).getName());
        return String.join(" ", short0);
    }

    private static boolean isChannel(String name) {
        return name.contains("channel") || name.contains("framed");
    }
}
