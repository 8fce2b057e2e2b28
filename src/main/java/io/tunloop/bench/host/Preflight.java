// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What must be there before anything is started; each lack is one line that says what to do. */
public final class Preflight {
    private static final List<String> TOOLS = List.of("ip", "ethtool", "setsid", "setpriv", "sh");
    private static final Path DEVICE = Path.of("/dev/net/tun");

    private static final Path CONGESTION_CONTROLS = Path.of("/proc/sys/net/ipv4/tcp_available_congestion_control");

    private Preflight() {}

    /** @param client the program that sends the traffic: a tool, or the path of one of our own */
    public static void check(String client) throws IOException {
        if (!Files.exists(DEVICE)) {
            throw new IOException("there is no " + DEVICE + ": load the kernel module tun");
        }
        for (String tool : TOOLS) {
            require(tool, "bench");
        }
        if (!client.contains("/")) {
            require(client, client.equals("iperf3") ? "bench" : "test");
        } else if (!Files.isExecutable(Path.of(client))) {
            throw new IOException("the load generator is not built: " + client);
        }
    }

    /** The kernel has this congestion control, or a module of it. Source: net/ipv4/tcp_cong.c, tcp_ca_find_autoload */
    public static void requireCongestionControl(String name, Shell shell) throws IOException, InterruptedException {
        String available = Files.readString(CONGESTION_CONTROLS).strip();
        if (List.of(available.split(" ")).contains(name)) {
            return;
        }
        try {
            shell.run(List.of("modprobe", "--dry-run", "--quiet", "tcp_" + name));
        } catch (BenchException e) {
            throw new IOException(
                    "--cc " + name + ": the kernel has no such congestion control: use one of " + available, e);
        }
    }

    /** @param purpose for which scripts/setup.sh installs it */
    public static void require(String tool, String purpose) throws IOException {
        if (!isOnPath(tool)) {
            throw new IOException(lack(tool, purpose));
        }
    }

    /**
     * One line that says what to do.
     *
     * @param purpose for which scripts/setup.sh installs it
     */
    public static String lack(String tool, String purpose) {
        return tool + " is not installed: run scripts/setup.sh " + purpose + " as root";
    }

    public static boolean isOnPath(String tool) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, tool))) {
                return true;
            }
        }
        return false;
    }
}
