// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.host.Child;
import io.tunloop.bench.host.DeviceFacts;
import io.tunloop.bench.host.DeviceWatch;
import io.tunloop.bench.host.Namespaces;
import io.tunloop.bench.host.Shell;
import io.tunloop.bench.host.Topology;
import io.tunloop.bench.measure.FlameGraph;
import io.tunloop.bench.measure.Gauges;
import io.tunloop.bench.measure.HardwareCounters;
import io.tunloop.bench.measure.JvmRecording;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Monitor;
import io.tunloop.bench.measure.OtherLoad;
import io.tunloop.bench.measure.RunResult;
import io.tunloop.bench.measure.Sample;
import io.tunloop.bench.measure.Series;
import io.tunloop.bench.measure.Statistics;
import io.tunloop.bench.measure.WarmUp;
import io.tunloop.bench.plan.Load;
import io.tunloop.bench.plan.Pinning;
import io.tunloop.bench.plan.Row;
import io.tunloop.bench.plan.Timing;
import io.tunloop.bench.workload.Iperf3;
import io.tunloop.bench.workload.TcpWorkload;
import io.tunloop.bench.workload.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * One run of one row: fresh namespaces, a fresh forwarder, a warm-up that is not counted, the measured traffic, and all of
 * it gone again.
 *
 * Thread: the bench's main thread.
 */
final class Experiment {
    private static final long READY_TIMEOUT_MS = 20_000;
    private static final long SERVER_TIMEOUT_MS = 10_000;
    private static final long CLIENT_GRACE_MS = 20_000;
    private static final int PROFILE_WARM_UP_SECONDS = 3; // until the compiler has done its work
    private static final int PROFILE_JVM_SECONDS = 10;
    private static final int STREAM_LEAD_SECONDS = 1;
    private static final int STREAM_SPARE_SECONDS = 60; // it is ended before

    private final Shell shell;
    private final Topology topology;
    private final Load load;
    private final Workload workload;
    private final Timing timing;
    private final Gauges gauges;
    private final Pinning pinning;
    private final boolean counters;

    /**
     * @param gauges what our own modes are asked while traffic runs; {@code null} for nothing
     * @param counters whether the processor counts for the forwarder
     */
    Experiment(
            Shell shell,
            Topology topology,
            Load load,
            Workload workload,
            Timing timing,
            Gauges gauges,
            Pinning pinning,
            boolean counters) {
        this.shell = shell;
        this.topology = topology;
        this.load = load;
        this.workload = workload;
        this.timing = timing;
        this.gauges = gauges;
        this.pinning = pinning;
        this.counters = counters;
    }

    RunResult run(Row row) throws BenchException, InterruptedException {
        return isolated(() -> row.kind() == Row.Kind.BASELINE
                ? baseline()
                : forwarded(row, warm((address, forwarder, device) -> measure(row, address, forwarder, device))));
    }

    /** Starts the forwarder, wires its devices and ends it again: what cannot be measured is found in a second. */
    void rehearse(Row row) throws BenchException, InterruptedException {
        isolated(() -> row.kind() == Row.Kind.BASELINE ? null : forwarded(row, (address, forwarder, device) -> null));
    }

    /** The same traffic once more, drawn instead of measured: a profiler costs time. Returns the file. */
    Path profile(Row row, FlameGraph flameGraph) throws BenchException, InterruptedException {
        return isolated(() -> forwarded(row, shell::startAttachable, warm((address, forwarder, device) -> {
            client(address, PROFILE_WARM_UP_SECONDS, forwarder);
            FlameGraph.Recording recording = flameGraph.start(row, forwarder);
            workload.parse(client(address, timing.seconds(), forwarder));
            return recording.draw();
        })));
    }

    /** The same traffic once more from a cold start, with a flight recorder, which costs time too. */
    Map<Measure, Double> profileJvm(Row row, Path temporary) throws BenchException, InterruptedException {
        return isolated(() -> forwarded(row, shell::startAttachable, served((address, forwarder, device) -> {
            JvmRecording recording = JvmRecording.start(shell, temporary, forwarder);
            Window window = Window.open(shell, topology);
            List<String> command = workload.fineGrained(workload.clientCommand(address, PROFILE_JVM_SECONDS));
            String output = client(command, PROFILE_JVM_SECONDS, forwarder);
            Window.Account account = window.close();
            Map<Measure, Double> measures = recording.stop(account.packets());
            Statistics.put(
                    measures,
                    Measure.WARM_UP,
                    WarmUp.seconds(workload.parse(output).intervals()));
            return measures;
        })));
    }

    /** How long the traffic of one run takes, warm-up included. */
    static double trafficSeconds(Workload workload, Timing timing) {
        double alone = timing.warmUpSeconds() + workload.tuningSeconds(timing.seconds()) + timing.seconds();
        return workload.isRepeatedUnderLoad() ? alone + STREAM_LEAD_SECONDS + timing.seconds() : alone;
    }

    /** What is done in the namespaces. */
    private interface Step<T> {
        T run() throws BenchException, InterruptedException;
    }

    /** How a forwarder is started. */
    private interface Starter {
        Child start(List<String> command) throws BenchException, InterruptedException;
    }

    /** What is done while a forwarder runs. */
    private interface Traffic<T> {
        T run(String address, Child forwarder, DeviceFacts device) throws BenchException, InterruptedException;
    }

    @SuppressWarnings("try") // see Namespaces
    private <T> T isolated(Step<T> step) throws BenchException, InterruptedException {
        try (Namespaces namespaces = new Namespaces(shell, topology)) {
            namespaces.create();
            return step.run();
        }
    }

    /** Every command of a run, in order, as {@code --dry-run} prints them. */
    List<List<String>> commands(Row row) {
        List<List<String>> commands = new ArrayList<>(topology.createCommands());
        boolean baseline = row.kind() == Row.Kind.BASELINE;
        if (baseline) {
            commands.addAll(topology.lonelyDeviceCommands());
        } else {
            commands.add(topology.inFirst(forwarderCommand(row)));
            commands.addAll(wiring());
        }
        String address = baseline ? topology.clientAddress() : topology.serverAddress();
        List<String> server = serverCommand(workload, address);
        if (!server.isEmpty()) {
            commands.add(baseline ? topology.inFirst(server) : topology.inSecond(server));
        }
        if (timing.warmUpSeconds() > 0) {
            commands.add(topology.inFirst(pinned(workload.clientCommand(address, timing.warmUpSeconds()))));
        }
        commands.add(topology.inFirst(pinned(workload.clientCommand(address, timing.seconds()))));
        return commands;
    }

    @SuppressWarnings("try") // the server is only there to be closed
    private RunResult baseline() throws BenchException, InterruptedException {
        for (List<String> command : topology.lonelyDeviceCommands()) {
            shell.run(command);
        }
        String address = topology.clientAddress();
        try (Child server = startServer(workload, topology.inFirst(serverCommand(workload, address)))) {
            warmUp(address, null);
            Workload tuned = tuned(address, null);
            Window window = Window.open(shell, topology);
            String output = client(tuned.clientCommand(address, timing.seconds()), timing.seconds(), null);
            Window.Account account = window.close();
            Workload.Traffic traffic = tuned.parse(output);
            return result(traffic, account.measures(), traffic.intervals(), account.other(), null);
        }
    }

    /** With a server at the far end. */
    @SuppressWarnings("try") // the server is only there to be closed
    private <T> Traffic<T> served(Traffic<T> traffic) {
        return (address, forwarder, device) -> {
            try (Child server = startServer(workload, topology.inSecond(serverCommand(workload, address)))) {
                return traffic.run(address, forwarder, device);
            }
        };
    }

    private <T> Traffic<T> warm(Traffic<T> traffic) {
        return served((address, forwarder, device) -> {
            warmUp(address, forwarder);
            return traffic.run(address, forwarder, device);
        });
    }

    private <T> T forwarded(Row row, Traffic<T> traffic) throws BenchException, InterruptedException {
        return forwarded(row, shell::startForwarder, traffic);
    }

    private <T> T forwarded(Row row, Starter starter, Traffic<T> traffic) throws BenchException, InterruptedException {
        try (DeviceWatch watch = new DeviceWatch(shell, topology);
                Child forwarder = starter.start(topology.inFirst(forwarderCommand(row)))) {
            watch.await(forwarder, READY_TIMEOUT_MS);
            if (row.kind() == Row.Kind.MODE) {
                awaitLine(forwarder, "tunloop: ready", READY_TIMEOUT_MS);
            }
            for (List<String> command : wiring()) {
                shell.run(command);
            }
            DeviceFacts device = DeviceFacts.parse(
                    Window.links(shell, topology.firstDeviceCommand()).path(0), shell.run(topology.featuresCommand()));
            try {
                return traffic.run(topology.serverAddress(), forwarder, device);
            } finally {
                forwarder.terminate();
            }
        }
    }

    private RunResult measure(Row row, String address, Child forwarder, DeviceFacts device)
            throws BenchException, InterruptedException {
        Workload tuned = tuned(address, forwarder);
        Window window = Window.open(shell, topology);
        try (Monitor monitor = Monitor.start(forwarder.handle(), isAsked(row) ? gauges : null);
                HardwareCounters counting = counters ? HardwareCounters.start(shell, forwarder.handle()) : null) {
            String output = client(tuned.clientCommand(address, timing.seconds()), timing.seconds(), forwarder);
            Map<Measure, Double> measures = monitor.stop();
            Window.Account account = window.close();
            measures.putAll(account.measures());
            if (counting != null) {
                measures.putAll(counting.stop(account.packets()));
            }
            Workload.Traffic traffic = tuned.parse(output);
            Double calls = Gauges.systemCallsPerPacket(monitor.samples());
            Statistics.put(measures, Measure.SYSTEM_CALLS_PER_PACKET, calls);
            if (workload.isRepeatedUnderLoad()) {
                measures.putAll(underLoad(address, forwarder));
            }
            return result(
                    traffic, measures, Series.join(monitor.samples(), traffic.intervals()), account.other(), device);
        }
    }

    /** The same once more, beside a TCP stream that lasts longer. */
    @SuppressWarnings("try") // the server is only there to be closed
    private Map<Measure, Double> underLoad(String address, Child forwarder)
            throws BenchException, InterruptedException {
        Workload stream = new TcpWorkload(load.congestion(), 1, false, false);
        List<String> client = pinning.client(stream.clientCommand(address, timing.seconds() + STREAM_SPARE_SECONDS));
        try (Child server = startServer(stream, topology.inSecond(serverCommand(stream, address)));
                Child streaming = shell.start(topology.inFirst(client))) {
            awaitLine(server, Iperf3.CONNECTED, SERVER_TIMEOUT_MS);
            client(address, STREAM_LEAD_SECONDS, forwarder);
            Map<Measure, Double> alone =
                    workload.parse(client(address, timing.seconds(), forwarder)).measures();
            if (!streaming.isAlive()) {
                throw streaming.failed("the TCP stream beside it ended early");
            }
            Map<Measure, Double> loaded = new EnumMap<>(Measure.class);
            alone.forEach((measure, value) -> {
                if (measure.underLoad() != null) {
                    loaded.put(measure.underLoad(), value);
                }
            });
            return loaded;
        }
    }

    private static RunResult result(
            Workload.Traffic traffic,
            Map<Measure, Double> measures,
            List<Sample> series,
            OtherLoad.Result other,
            DeviceFacts device) {
        measures.putAll(traffic.measures());
        measures.put(Measure.OTHER_CPU, Statistics.round(other.percent()));
        putPerGbit(measures, Measure.CPU_PER_GBIT, Measure.CPU_AVG);
        putPerGbit(measures, Measure.SYSTEM_CPU_PER_GBIT, Measure.SYSTEM_CPU);
        return new RunResult(
                measures,
                series,
                device,
                other.isDoubtful() ? other.toString() : null,
                traffic.summary(),
                traffic.lossFree());
    }

    private static void putPerGbit(Map<Measure, Double> measures, Measure perGbit, Measure cpu) {
        Statistics.put(measures, perGbit, Statistics.ratio(measures.get(cpu), measures.get(Measure.GBPS)));
    }

    private List<List<String>> wiring() {
        List<List<String>> commands = new ArrayList<>(topology.moveCommands());
        if (load.mtuBytes() > 0) {
            commands.addAll(topology.mtuCommands(load.mtuBytes()));
        }
        return commands;
    }

    private List<String> forwarderCommand(Row row) {
        List<String> command = new ArrayList<>(row.command());
        if (isAsked(row)) {
            command.addAll(Gauges.forwarderArguments());
        }
        command.addAll(Topology.forwarderArguments());
        return pinning.forwarder(command);
    }

    private List<String> serverCommand(Workload workload, String address) {
        return pinning.server(workload.serverCommand(address));
    }

    /** {@code null} when the workload needs no server. */
    private Child startServer(Workload workload, List<String> command) throws BenchException, InterruptedException {
        if (workload.serverReady().isEmpty()) {
            return null;
        }
        Child server = shell.start(command);
        awaitLine(server, workload.serverReady(), SERVER_TIMEOUT_MS);
        return server;
    }

    private void awaitLine(Child child, String part, long timeoutMs) throws BenchException, InterruptedException {
        try {
            if (child.awaitLine(line -> line.contains(part), timeoutMs) == null) {
                shell.checkStopped();
                throw child.failed(child.name() + " ended early");
            }
        } catch (TimeoutException e) {
            throw new BenchException(child.name() + " did not say '" + part + "' within " + timeoutMs / 1000 + " s", e);
        }
    }

    private Workload tuned(String address, Child forwarder) throws BenchException, InterruptedException {
        return workload.tuned((command, seconds) -> client(command, seconds, forwarder), address, timing.seconds());
    }

    private void warmUp(String address, Child forwarder) throws BenchException, InterruptedException {
        if (timing.warmUpSeconds() > 0) {
            client(address, timing.warmUpSeconds(), forwarder);
        }
    }

    /** Runs the client to its end; the death of the forwarder ends it early. */
    private String client(String address, int seconds, Child forwarder) throws BenchException, InterruptedException {
        return client(workload.clientCommand(address, seconds), seconds, forwarder);
    }

    private String client(List<String> command, int seconds, Child forwarder)
            throws BenchException, InterruptedException {
        try (Child client = shell.start(topology.inFirst(pinned(command)))) {
            if (forwarder != null) {
                forwarder.handle().onExit().thenRun(client::kill);
            }
            int exit = shell.awaitExit(client, seconds * 1000L + CLIENT_GRACE_MS);
            if (forwarder != null && !forwarder.isAlive()) {
                throw forwarder.failed("the forwarder died under load");
            }
            if (exit != 0 && client.output().isBlank()) {
                throw client.failed(client.name() + ": exit code " + exit);
            }
            return client.output();
        }
    }

    private List<String> pinned(List<String> client) {
        return workload.hasBothEnds() ? pinning.ends(client) : pinning.client(client);
    }

    private boolean isAsked(Row row) {
        return gauges != null && row.kind() == Row.Kind.MODE;
    }
}
