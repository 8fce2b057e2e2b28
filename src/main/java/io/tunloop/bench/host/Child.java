// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * A started process whose output is kept as lines, so that a line can be waited for.
 *
 * Thread: started, waited for and closed by the bench's main thread; {@link #kill()} may come from any.
 */
public final class Child implements AutoCloseable {
    private static final int MAX_LINES = 100_000;
    private static final long KILL_GRACE_MS = 5_000;

    private final String name;
    private final Process process;
    private final Lines out;
    private final Lines err;

    Child(String name, Process process) {
        this.name = name;
        this.process = process;
        this.out = new Lines(process.getInputStream(), name + "-out");
        this.err = new Lines(process.getErrorStream(), name + "-err");
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** The first line of standard output, not returned before, that matches; {@code null} when the output has ended. */
    public String awaitLine(Predicate<String> wanted, long timeoutMs) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            String line = out.next(deadline);
            if (line == null || wanted.test(line)) {
                return line;
            }
        }
    }

    /** Waits for the end of the process and returns its exit code. */
    int awaitExit(long timeoutMs) throws InterruptedException, TimeoutException {
        if (!process.waitFor(timeoutMs, TimeUnit.MILLISECONDS)) {
            throw new TimeoutException(name + " did not end within " + timeoutMs / 1000 + " s");
        }
        out.join();
        err.join();
        return process.exitValue();
    }

    public String output() {
        return String.join("\n", out.all());
    }

    public String errorOutput() {
        return String.join("\n", err.all());
    }

    /** What went wrong and, after it, why this process says it did; all that it wrote to standard error goes with it. */
    public BenchException failed(String what) throws InterruptedException {
        if (!process.isAlive()) {
            err.join(); // a process is gone before its last lines have been read
        }
        return new BenchException(what + ": " + LastWords.of(err.all(), out.all()), errorOutput());
    }

    /** Asks the process to end, waits, and ends it by force when it does not. Returns the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(KILL_GRACE_MS, TimeUnit.MILLISECONDS)) {
            kill();
        }
        return process.waitFor();
    }

    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
    }

    /** The lines of one stream, collected by a thread of their own. */
    private static final class Lines implements Runnable {
        private final InputStream stream;
        private final List<String> lines = new ArrayList<>();
        private final Thread thread;
        private int next;
        private boolean ended;

        Lines(InputStream stream, String name) {
            this.stream = stream;
            thread = new Thread(this, name);
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    add(line);
                }
            } catch (IOException e) {
                add("(output lost: " + e.getMessage() + ')');
            } finally {
                end();
            }
        }

        private synchronized void add(String line) {
            if (lines.size() < MAX_LINES) {
                lines.add(line);
                notifyAll();
            }
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        synchronized String next(long deadlineNs) throws InterruptedException, TimeoutException {
            while (next == lines.size()) {
                long remainingMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (ended) {
                    return null;
                }
                if (remainingMs <= 0) {
                    throw new TimeoutException();
                }
                wait(remainingMs);
            }
            return lines.get(next++);
        }

        synchronized List<String> all() {
            return List.copyOf(lines);
        }

        void join() throws InterruptedException {
            thread.join(KILL_GRACE_MS);
        }
    }
}
