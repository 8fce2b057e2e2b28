// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import io.tunloop.bench.plan.Words;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * Starts the bench's processes, echoes their commands, and ends what is still running when the bench is stopped.
 *
 * <p>Each process has a session of its own, so that a Ctrl-C in the terminal reaches the bench alone, and is killed by
 * the kernel when the thread that started it ends. Tools speak the C locale: what they print is read by programs.
 *
 * Thread: processes are started by the bench's main thread, which outlives them; {@link #stop()} may come from any.
 * Source: prctl(2), PR_SET_PDEATHSIG: "the parent" is the thread that created the process, not its process.
 */
public final class Shell {
    private static final List<String> GUARD = List.of("setsid", "setpriv", "--pdeathsig", "KILL", "--");
    private static final long COMMAND_TIMEOUT_MS = 15_000;

    private final PrintStream echo;
    private final Set<Child> running = ConcurrentHashMap.newKeySet();
    // Why nothing starts any more; null while it may. Written by the shutdown hook, read by the main thread.
    private volatile String stopped;

    /** {@code echo} gets each command before it starts; {@code null} for none. */
    public Shell(PrintStream echo) {
        this.echo = echo;
    }

    /** Runs a short command to its end and returns its standard output. */
    public String run(List<String> command) throws BenchException, InterruptedException {
        return run(command, COMMAND_TIMEOUT_MS);
    }

    public String run(List<String> command, long timeoutMs) throws BenchException, InterruptedException {
        try (Child child = start(command)) {
            int exit = awaitExit(child, timeoutMs);
            if (exit != 0) {
                throw child.failed(Words.join(command) + ": exit code " + exit);
            }
            return child.output();
        }
    }

    /** Starts a tool. */
    public Child start(List<String> command) throws BenchException, InterruptedException {
        return start(command, Map.of("LC_ALL", "C"));
    }

    /** Starts a forwarder, in the user's own locale: its arguments may name files in it. */
    public Child startForwarder(List<String> command) throws BenchException, InterruptedException {
        return start(command, Map.of());
    }

    /** Starts one of our forwarders as one that tools of the JDK may attach to. */
    public Child startAttachable(List<String> command) throws BenchException, InterruptedException {
        return start(command, Map.of("TUNLOOP_ATTACH", "1"));
    }

    private Child start(List<String> command, Map<String, String> environment)
            throws BenchException, InterruptedException {
        if (echo != null) {
            echo.println("+ " + Words.join(command));
        }
        List<String> guarded = new ArrayList<>(GUARD);
        guarded.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(guarded).redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        try {
            checkStopped();
            Child child = new Child(new File(command.get(0)).getName(), builder.start());
            running.add(child);
            child.handle().onExit().thenRun(() -> running.remove(child));
            killIfStopped(child);
            return child;
        } catch (IOException e) {
            throw new BenchException("cannot start " + command.get(0) + ": " + e.getMessage(), e);
        }
    }

    public int awaitExit(Child child, long timeoutMs) throws BenchException, InterruptedException {
        try {
            int exit = child.awaitExit(timeoutMs);
            checkStopped();
            return exit;
        } catch (TimeoutException e) {
            throw new BenchException(e.getMessage(), e);
        }
    }

    /** Kills what is running; from now on nothing starts. */
    public void stop(String reason) {
        stopped = reason;
        running.forEach(Child::kill);
    }

    public boolean isStopped() {
        return stopped != null;
    }

    /** {@code null} when it is not stopped. */
    public String whyStopped() {
        return stopped;
    }

    public void checkStopped() throws InterruptedException {
        if (isStopped()) {
            throw new InterruptedException(stopped);
        }
    }

    private void killIfStopped(Child child) throws InterruptedException {
        if (isStopped()) {
            child.kill();
        }
        checkStopped();
    }
}
