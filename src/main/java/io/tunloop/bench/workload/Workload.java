// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.LossFree;
import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Sample;
import java.util.List;
import java.util.Map;

/**
 * The traffic of a run, as commands and the meaning of their output. It starts nothing itself, so that the same object
 * serves a run and a {@code --dry-run}.
 */
public interface Workload {
    /** The server, to be started where {@code address} is; empty, as it is by default, when it needs none. */
    default List<String> serverCommand(String address) {
        return List.of();
    }

    /** A part of the line by which the server says that it listens; empty for no server. */
    default String serverReady() {
        return "";
    }

    /** The client, which sends to {@code address} for so long. */
    List<String> clientCommand(String address, int seconds);

    /** The same command, but with throughput told ten times a second, where the client can. */
    default List<String> fineGrained(List<String> clientCommand) {
        return clientCommand;
    }

    /** What the client's standard output says. */
    Traffic parse(String output) throws BenchException;

    /** What its table shows; the first one is the figure that rows are compared by. */
    List<Measure> columns();

    /** Whether it is measured a second time while a TCP stream runs beside it. */
    default boolean isRepeatedUnderLoad() {
        return false;
    }

    /** Whether the client is the server too. */
    default boolean hasBothEnds() {
        return false;
    }

    /**
     * What is measured in the end, once it is known how much the device bears: found out with clients of its own.
     *
     * @param address as of {@link #clientCommand}
     * @param seconds how long what is measured will take
     */
    default Workload tuned(Client client, String address, int seconds) throws BenchException, InterruptedException {
        return this;
    }

    /** How long {@link #tuned} takes, as far as it can be told before. */
    default double tuningSeconds(int seconds) {
        return 0;
    }

    /** Runs a client to its end. */
    interface Client {
        /** Returns the standard output of a command that takes about so long. */
        String run(List<String> command, int seconds) throws BenchException, InterruptedException;
    }

    /**
     * What the client saw.
     *
     * @param intervals throughput per interval; may be empty
     * @param lossFree what the search for the rate found; {@code null} for none
     */
    record Traffic(Map<Measure, Double> measures, List<Sample> intervals, String summary, LossFree lossFree) {
        Traffic(Map<Measure, Double> measures, List<Sample> intervals, String summary) {
            this(measures, intervals, summary, null);
        }
    }
}
