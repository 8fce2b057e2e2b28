// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.daemon.Rights;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of the process: on the command line, or the keys at the top of the file. */
final class DaemonOptions {
    @Option(
            names = "--metrics",
            paramLabel = "ADDRESS",
            converter = HostPort.class,
            description = "Serve Prometheus metrics, /healthz and /readyz at HOST:PORT; a port alone means loopback.")
    private InetSocketAddress metrics;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "How long SIGTERM waits for packets that have been read to be written (2s).")
    private Duration drainTimeout = Duration.ofSeconds(2);

    @Option(
            names = "--summary-json",
            paramLabel = "FILE",
            description = "Write the summary at the end as JSON; - is stdout.")
    private Path summaryJson;

    @Option(names = "--log-format", paramLabel = "text|json", description = "Of the log on stderr (text).")
    private Logging.Format logFormat = Logging.Format.TEXT;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warn, info, debug or trace (info).")
    private Logging.Level logLevel = Logging.Level.INFO;

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "Become this user, without any capability, when the devices are open.")
    private String user = "";

    @Option(names = "--group", paramLabel = "GROUP", description = "With --user: this group (the user's own).")
    private String group = "";

    @Option(
            names = "--drop-rights",
            arity = "0..1",
            paramLabel = "BOOL",
            description = "Give up all capabilities when the devices are open.")
    private boolean dropRights;

    @Option(
            names = "--watch",
            arity = "0..1",
            paramLabel = "BOOL",
            description = "Show rates, drops, CPU and memory once a second; in place on a terminal.")
    private boolean watch;

    boolean watch() {
        return watch;
    }

    /** Throws IllegalArgumentException with the rule that is broken. */
    Rights rights() {
        return new Rights(dropRights, user, group);
    }

    InetSocketAddress metrics() {
        return metrics;
    }

    Duration drainTimeout() {
        return drainTimeout;
    }

    /** Null for none. */
    Path summaryJson() {
        return summaryJson;
    }

    Logging.Format logFormat() {
        return logFormat;
    }

    Logging.Level logLevel() {
        return logLevel;
    }
}
