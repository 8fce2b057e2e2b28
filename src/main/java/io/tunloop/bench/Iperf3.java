// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.util.List;

/** iperf3's command lines. */
final class Iperf3 {
    static final String SERVER_READY = "Server listening";
    static final String CONNECTED = "connected to";
    private static final String PORT = "5201";

    private Iperf3() {}

    static List<String> serverCommand(String address) {
        return List.of("iperf3", "-s", "-B", address, "-p", PORT, "--forceflush");
    }

    static List<String> clientCommand(String address, int seconds) {
        return List.of("iperf3", "-c", address, "-p", PORT, "-t", Integer.toString(seconds), "-J");
    }
}
