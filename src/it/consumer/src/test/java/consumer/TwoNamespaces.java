// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Two hosts for a forwarder between tun11 (10.0.1.1/24) in the first and tun22 (10.0.2.1/24) in the second. Skips the test
 * that is not root.
 */
final class TwoNamespaces implements AutoCloseable {
    private static final String PREFIX = "tl-it-" + ProcessHandle.current().pid() + '-';

    TwoNamespaces() throws Exception {
        boolean possible = Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name"));
        if ("1".equals(System.getenv("TUNLOOP_REQUIRE_TUN"))) {
            assertTrue(possible, "TUNLOOP_REQUIRE_TUN is set, but this is not root, or there is no /dev/net/tun");
        }
        assumeTrue(possible, "needs root and /dev/net/tun");
        run("ip", "netns", "add", name(1));
        run("ip", "netns", "add", name(2));
    }

    /** @param host 1 or 2 */
    String name(int host) {
        return PREFIX + host;
    }

    /** Once the devices are there: pings the second host from the first. */
    void ping() throws Exception {
        run("ip", "-n", name(1), "route", "add", "10.0.2.0/24", "dev", "tun11");
        run("ip", "-n", name(2), "route", "add", "10.0.1.0/24", "dev", "tun22");
        run("ip", "netns", "exec", name(1), "ping", "-c3", "-i0.2", "-W2", "10.0.2.1");
    }

    @Override
    public void close() throws Exception {
        run("ip", "netns", "del", name(2));
        run("ip", "netns", "del", name(1));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), () -> List.of(command) + ": " + output);
    }
}
