// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.daemon.Daemon;
import io.tunloop.daemon.DaemonConfig;
import io.tunloop.daemon.Pair;
import io.tunloop.daemon.Watchdog;
import io.tunloop.device.TunException;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Forwards between two devices, or several pairs, until it gets SIGINT or SIGTERM, or a device is lost. */
@Command(
        name = "forward",
        description = {
            "Forwards packets between two TUN interfaces until SIGINT or SIGTERM.",
            "",
            "Every option may also be given as an environment variable (--mtu as TUNLOOP_MTU) or as a key of the --config "
                    + "file (mtu = 9000), where each [[pair]] is a pair of its own; the command line wins, then the "
                    + "environment, then the file.",
            "",
            "SIGHUP reads the file again, SIGUSR1 prints the state, a second SIGTERM ends at once."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ForwardCommand implements Callable<Integer> {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(ForwardCommand.class);

    @Mixin
    private PairOptions pair;

    @Mixin
    private DaemonOptions daemonOptions;

    @Option(names = "--config", paramLabel = "FILE", description = "TOML file with further settings.")
    private Path file;

    @Option(
            names = "--print-config",
            description =
                    "Print the settings in effect, each with its source, and the offloads that the kernel grants; "
                            + "then exit. These are tried, by whoever may, on a device that is gone again.")
    private boolean printConfig;

    @Spec
    private CommandSpec spec;

    // Written by the main thread before it has started, then by the threads of SIGHUP.
    private volatile Settings current;

    @Override
    public Integer call() throws Exception {
        DaemonSignals signals = DaemonSignals.install(spec.commandLine().getErr(), this::reload);
        Settings settings = load();
        current = settings;
        DaemonOptions options = settings.daemon();
        Logging.configure(options.logFormat(), options.logLevel());
        DaemonConfig config = config(settings, options);
        if (printConfig) {
            print(settings.toToml() + offloads(config));
            return CommandLine.ExitCode.OK;
        }
        try (Daemon daemon = open(config, signals)) {
            if (daemon != null) {
                run(daemon, config, options, signals);
            }
        }
        return CommandLine.ExitCode.OK;
    }

    /** Null if it could not be opened, which no longer matters since it has been told to end. */
    private static Daemon open(DaemonConfig config, DaemonSignals signals) throws IOException {
        try {
            Daemon daemon = Daemon.open(config);
            signals.opened(daemon);
            return daemon;
        } catch (IOException cause) {
            if (!signals.isTold()) {
                throw cause;
            }
            logger.info("ended before it had started: {}", cause.getMessage());
            return null;
        }
    }

    private void run(Daemon daemon, DaemonConfig config, DaemonOptions options, DaemonSignals signals)
            throws IOException {
        if (!signals.isTold()) {
            daemon.start();
            print(ready(config, daemon));
            if (options.watch()) {
                daemon.watchOn(spec.commandLine().getOut(), System.console() != null);
            }
            signals.started();
        }
        try {
            daemon.await();
        } catch (IOException lost) {
            endAndTell(daemon, options, lost);
            throw lost;
        }
        endAndTell(daemon, options, null);
    }

    /** @param lost why it ends, which a summary that cannot be written must not hide; null when it was told to */
    private void endAndTell(Daemon daemon, DaemonOptions options, IOException lost) throws IOException {
        daemon.drain();
        daemon.close();
        print(daemon.summary().toText("stopped"));
        try {
            if (options.summaryJson() != null) {
                SummaryJson.write(
                        daemon.summary(),
                        options.summaryJson(),
                        spec.commandLine().getOut());
            }
        } catch (IOException unwritten) {
            if (lost == null) {
                throw unwritten;
            }
            logger.warn("{}", unwritten.getMessage());
        }
    }

    private Settings load() throws ConfigException {
        String variable = System.getenv("TUNLOOP_CONFIG");
        if (file == null && variable != null && variable.isEmpty()) {
            throw new ConfigException("TUNLOOP_CONFIG is empty: name a file, or unset it");
        }
        Path source = file == null && variable != null ? Path.of(variable) : file;
        return Settings.load(spec.commandLine().getParseResult(), source, System.getenv());
    }

    private static DaemonConfig config(Settings settings, DaemonOptions options) throws ConfigException {
        var pairs = new ArrayList<Pair>();
        List<PairOptions> all = settings.pairs();
        requireDistinctFds(all);
        SummaryJson.requireWritable(options.summaryJson());
        for (PairOptions one : all) {
            try {
                pairs.add(one.pair());
            } catch (IllegalArgumentException cause) {
                String which = all.size() == 1 ? "" : "pair " + (pairs.size() + 1) + ": ";
                throw new ConfigException(which + cause.getMessage());
            }
        }
        try {
            return new DaemonConfig(
                    pairs, options.metrics(), options.drainTimeout(), options.rights(), Watchdog.of(System.getenv()));
        } catch (IllegalArgumentException cause) {
            throw new ConfigException(cause.getMessage());
        }
    }

    private static void requireDistinctFds(List<PairOptions> pairs) throws ConfigException {
        var seen = new HashSet<Integer>();
        for (PairOptions pair : pairs) {
            for (int fd : pair.fds()) {
                if (!seen.add(fd)) {
                    throw new ConfigException("descriptor " + fd + " is given for two devices: each needs its own");
                }
            }
        }
    }

    private static String offloads(DaemonConfig config) {
        return config.pairs().stream()
                .map(pair -> OffloadProbe.describe(pair.config()))
                .collect(Collectors.joining("", "\n", ""));
    }

    /** What can change while packets pass: the log, and what the devices are like. A refused one changes nothing. */
    private void reload(Daemon daemon) {
        try {
            Settings settings = load();
            DaemonOptions options = settings.daemon();
            daemon.reconfigure(config(settings, options));
            // Last, since it cannot fail.
            Logging.configure(options.logFormat(), options.logLevel());
            logger.info(
                    "SIGHUP: changed: {}; of other settings only the log's and the devices' change without a restart",
                    current.changes(settings).keySet());
            current = settings;
        } catch (ConfigException | TunException cause) {
            logger.warn("SIGHUP: nothing is changed: {}", cause.getMessage());
        }
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(text);
        out.flush();
    }

    private static String ready(DaemonConfig config, Daemon daemon) {
        var pairs = new ArrayList<String>();
        for (int i = 0; i < daemon.forwarders().size(); i++) {
            pairs.add(
                    describe(config.pairs().get(i).config(), daemon.forwarders().get(i)));
        }
        return pairs.stream().collect(Collectors.joining("; ", "tunloop: ready: ", ""));
    }

    private static String describe(ForwarderConfig config, Forwarder forwarder) {
        Direction there = forwarder.directions().get(0);
        return config.mode().name() + " between "
                + there.from().name() + " and "
                + there.to().name() + ", MTU " + there.from().mtuBytes() + ", offloads "
                + there.from().offloads();
    }
}
