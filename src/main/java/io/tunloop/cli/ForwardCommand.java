// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.daemon.Daemon;
import io.tunloop.daemon.DaemonConfig;
import io.tunloop.daemon.Pair;
import io.tunloop.daemon.Signals;
import io.tunloop.device.TunException;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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

    // Written by the main thread before there are signals, then by the thread of SIGHUP.
    private volatile Settings current;

    @Override
    public Integer call() throws Exception {
        Settings settings = load();
        current = settings;
        DaemonOptions options = settings.daemon();
        Logging.configure(options.logFormat(), options.logLevel());
        DaemonConfig config = config(settings, options);
        if (printConfig) {
            print(settings.toToml() + offloads(config));
            return CommandLine.ExitCode.OK;
        }
        try (Daemon daemon = Daemon.open(config)) {
            // Left in place to the end, so that a second SIGTERM is heard until then.
            handleSignals(daemon);
            run(daemon, config, options);
        }
        return CommandLine.ExitCode.OK;
    }

    private void run(Daemon daemon, DaemonConfig config, DaemonOptions options) throws Exception {
        daemon.start();
        print(ready(config, daemon));
        if (options.watch()) {
            daemon.watchOn(spec.commandLine().getOut(), System.console() != null);
        }
        try {
            daemon.await();
        } finally {
            daemon.drain();
            daemon.close();
            print(daemon.summary().toText("stopped"));
            if (options.summaryJson() != null) {
                SummaryJson.write(
                        daemon.summary(),
                        options.summaryJson(),
                        spec.commandLine().getOut());
            }
        }
    }

    private Settings load() throws ConfigException {
        String variable = System.getenv("TUNLOOP_CONFIG");
        Path source = file == null && variable != null ? Path.of(variable) : file;
        return Settings.load(spec.commandLine().getParseResult(), source, System.getenv());
    }

    private static DaemonConfig config(Settings settings, DaemonOptions options) throws ConfigException {
        var pairs = new ArrayList<Pair>();
        List<PairOptions> all = settings.pairs();
        for (PairOptions one : all) {
            try {
                pairs.add(one.pair());
            } catch (IllegalArgumentException cause) {
                String which = all.size() == 1 ? "" : "pair " + (pairs.size() + 1) + ": ";
                throw new ConfigException(which + cause.getMessage());
            }
        }
        try {
            return new DaemonConfig(pairs, options.metrics(), options.drainTimeout(), options.rights());
        } catch (IllegalArgumentException cause) {
            throw new ConfigException(cause.getMessage());
        }
    }

    private static String offloads(DaemonConfig config) {
        return config.pairs().stream()
                .map(pair -> OffloadProbe.describe(pair.config()))
                .collect(Collectors.joining("", "\n", ""));
    }

    private void handleSignals(Daemon daemon) {
        var told = new AtomicBoolean();
        new Signals()
                .on("TERM", number -> terminate(daemon, told, number))
                .on("INT", number -> terminate(daemon, told, number))
                .on("HUP", number -> reload(daemon))
                .on("USR1", number -> printState(daemon));
    }

    /** The first time in order, the second time at once. */
    private static void terminate(Daemon daemon, AtomicBoolean told, int number) {
        if (told.compareAndSet(false, true)) {
            daemon.stop();
        } else {
            Runtime.getRuntime().halt(128 + number);
        }
    }

    private void printState(Daemon daemon) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(daemon.state());
        err.flush();
    }

    /** What can change while packets pass: the log, and what the devices are like. */
    private void reload(Daemon daemon) {
        try {
            Settings settings = load();
            DaemonOptions options = settings.daemon();
            DaemonConfig config = config(settings, options);
            Logging.configure(options.logFormat(), options.logLevel());
            daemon.reconfigure(config);
            logger.info(
                    "SIGHUP: changed: {}; of other settings only the log's and the devices' change without a restart",
                    current.changes(settings).keySet());
            current = settings;
        } catch (ConfigException | TunException cause) {
            logger.warn("SIGHUP: {}", cause.getMessage());
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
