// SPDX-License-Identifier: Apache-2.0
package io.tunloop.scripts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A machine as a script sees it: a folder that is all of its PATH. In it are the shell's everyday tools, and stubs that write
 * down how they were called.
 */
final class StubTools {
    private static final List<String> EVERYDAY = List.of(
            "bash",
            "sh",
            "env",
            "cat",
            "dirname",
            "basename",
            "readlink",
            "sed",
            "grep",
            "sort",
            "head",
            "tail",
            "tr",
            "mktemp",
            "rm",
            "mkdir",
            "mv",
            "uname",
            "touch",
            "find",
            "chmod",
            "nproc",
            "xargs",
            "tar",
            "gzip",
            "sha256sum");
    private static final int TIMEOUT_SECONDS = 60;

    private final Path folder;
    private final Path calls;
    private final Map<String, String> environment = new TreeMap<>();

    /** @param folder an empty one; others may read it, for scripts that are run without root */
    StubTools(Path folder) {
        this.folder = folder;
        this.calls = folder.resolve("calls");
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createFile(calls);
            Files.setPosixFilePermissions(calls, PosixFilePermissions.fromString("rw-rw-rw-"));
            for (String tool : EVERYDAY) {
                write(tool, "exec /usr/bin/" + tool + " \"$@\"");
            }
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
        environment.put("PATH", folder.toString());
        environment.put("HOME", folder.toString());
    }

    Path folder() {
        return folder;
    }

    StubTools set(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Programs that do nothing. */
    StubTools have(String... names) {
        for (String name : names) {
            stub(name, "");
        }
        return this;
    }

    /**
     * A program that writes down its call, then does this.
     *
     * @param name on the PATH, or the path of a file
     */
    StubTools stub(String name, String body) {
        try {
            write(name, "echo \"" + Path.of(name).getFileName() + " $*\" >>" + calls + '\n' + body);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
        return this;
    }

    private void write(String name, String body) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + '\n');
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Copies a script of the project to where stubs can stand in for its neighbours. */
    Path copy(String script) {
        try {
            Path copy = folder.resolve("project").resolve(script);
            Files.createDirectories(copy.getParent());
            return Files.copy(Path.of(script), copy);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /** The calls of stubs until now, first to last. */
    List<String> calls() {
        try {
            return Files.readAllLines(calls);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /** What a run printed, errors too, and its exit code. */
    record Outcome(int exitCode, String output) {}

    Outcome run(Path script, String... arguments) {
        return run(List.of(), script, arguments);
    }

    /** @param prefix a command, by its path, that runs the rest */
    Outcome run(List<String> prefix, Path script, String... arguments) {
        var command = new ArrayList<>(prefix);
        command.add("/bin/bash");
        command.add(script.toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(script + " does not end: " + output);
            }
            return new Outcome(process.exitValue(), output);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        } catch (InterruptedException cause) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", cause);
        }
    }
}
