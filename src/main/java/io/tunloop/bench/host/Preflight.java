// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What must be there before anything is started; each lack is one line that says what to do. */
public final class Preflight {
    private static final List<String> TOOLS = List.of("ip", "ethtool", "setsid", "setpriv", "sh");
    private static final Path DEVICE = Path.of("/dev/net/tun");

    private Preflight() {}

    /** @param client the program that sends the traffic */
    public static void check(String client) throws IOException {
        if (!Files.exists(DEVICE)) {
            throw new IOException("there is no " + DEVICE + ": load the kernel module tun");
        }
        List<String> needed = new ArrayList<>(TOOLS);
        needed.add(client);
        for (String tool : needed) {
            if (!isOnPath(tool)) {
                throw new IOException(tool + " is not installed: run scripts/setup.sh as root");
            }
        }
    }

    static boolean isOnPath(String tool) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, tool))) {
                return true;
            }
        }
        return false;
    }
}
