// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import java.util.ArrayList;
import java.util.List;

/** What workloads of iperf3 have in common: the server, and the client's command line but for its protocol. */
public interface Iperf3 extends Workload {
    /** What the server says of each connection. */
    String CONNECTED = "connected to";

    String PORT = "5201";

    /** The client's options that belong to the protocol. */
    List<String> protocolOptions();

    /** Streams at once. */
    int parallel();

    /** The server sends. */
    boolean reverse();

    /** Both send. */
    boolean bidirectional();

    @Override
    default List<String> serverCommand(String address) {
        return List.of("iperf3", "-s", "-B", address, "-p", PORT, "--forceflush");
    }

    @Override
    default String serverReady() {
        return "Server listening";
    }

    @Override
    default List<String> clientCommand(String address, int seconds) {
        List<String> command =
                new ArrayList<>(List.of("iperf3", "-c", address, "-p", PORT, "-t", Integer.toString(seconds), "-J"));
        command.addAll(protocolOptions());
        if (parallel() > 1) {
            command.addAll(List.of("-P", Integer.toString(parallel())));
        }
        if (reverse()) {
            command.add("-R");
        }
        if (bidirectional()) {
            command.add("--bidir");
        }
        return command;
    }

    @Override
    default List<String> fineGrained(List<String> clientCommand) {
        List<String> command = new ArrayList<>(clientCommand);
        command.addAll(List.of("-i", "0.1"));
        return command;
    }
}
