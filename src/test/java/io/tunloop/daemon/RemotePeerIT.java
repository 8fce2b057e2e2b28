// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.EcnClient;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Source;
import io.tunloop.testing.SteadyTransfer;
import io.tunloop.testing.TwoHosts;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a stranger at the other end of a TCP connection can do to the daemon on the way: nothing.
 *
 * <pre>
 * EcnClient ─► host 1 ─► tun11 ◄► daemon ◄► tun22 ◄─ host 2's kernel, with 64 KiB frames of segments that do not merge
 *              host 1 ─► tun11 ◄► daemon ◄► tun22    somebody else's TCP
 * </pre>
 */
@RequiresTun
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemotePeerIT {
    private static final int SERVER_PORT = 7000;
    private static final int CONNECTIONS = 8;
    /** 350,000 segments: three times as many as ended a daemon that made something of each of a batch. */
    private static final long ENOUGH_BYTES = 16 << 20;

    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    private static Path folder;

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private LaunchedDaemon daemon;

    @RegisterExtension
    final AfterTestExecutionCallback output = context -> context.getExecutionException()
            .ifPresent(cause -> cause.addSuppressed(new AssertionError("output: " + daemon.describe())));

    @ParameterizedTest
    @ValueSource(strings = {"async-gso", "sync-gso", "async-gso-channel", "async-gso-framed", "async-merge"})
    void shouldOutliveAClientWithTheSmallestSegmentsThatNeverTakesNoticeOfEce(String mode) throws Exception {
        daemon = LaunchedDaemon.launch(hosts, folder, mode);
        SteadyTransfer others = SteadyTransfer.open(hosts);
        hosts.serve(Source.class, "0.0.0.0", Integer.toString(SERVER_PORT));
        try (EcnClient client = new EcnClient(hosts, SERVER_PORT, CONNECTIONS)) {
            others.begin();
            await(client);
            assertThat(others.end()).isPositive();
        }
        daemon.assertMemoryIsBounded();
        daemon.assertNothingWasLostInSilence();
    }

    /** Until the daemon has had what once was too much; it must live as long. */
    private void await(EcnClient client) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (client.bytesWithEce() < ENOUGH_BYTES) {
            assertThat(daemon.residentKib()).isPositive();
            assertThat(System.nanoTime())
                    .as("the server has sent only %d bytes with ECE", client.bytesWithEce())
                    .isLessThan(deadlineNs);
            Thread.sleep(10); // Nobody tells when a process has ended, or a number is high enough.
        }
    }
}
