// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.testing.TwoHosts.ADDRESS_2;
import static io.tunloop.testing.TwoHosts.IPV6_ADDRESS_2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.tunloop.device.TunException;
import io.tunloop.testing.Datagrams;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Transfer;
import io.tunloop.testing.TwoHosts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real traffic through every mode, with leak detection on. */
@RequiresTun
@Timeout(180)
class ForwarderIT {
    private static final String PORT = "5001";

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private Forwarder forwarder;

    private void forward(ForwardMode mode) throws TunException {
        forwarder = hosts.forward(hosts.config(mode));
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldCarryOneGibibyteIntact(ForwardMode mode) throws Exception {
        forward(mode);
        Process receiver = hosts.serve(Transfer.class, "receive", ADDRESS_2, PORT);

        assertThat(hosts.client(Transfer.class, "send", ADDRESS_2, PORT, "1024"))
                .contains("sent 1073741824");

        assertThat(TwoHosts.readLine(receiver)).isEqualTo("received 1073741824");
        assertThat(forwardedBytes()).isGreaterThan(1L << 30);
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldCarryIpv6(ForwardMode mode) throws Exception {
        forward(mode);
        hosts.serve(Transfer.class, "receive", IPV6_ADDRESS_2, PORT);

        assertThat(hosts.client(Transfer.class, "send", IPV6_ADDRESS_2, PORT, "64"))
                .contains("sent 67108864");
        assertThat(hosts.host1().run("ping", "-6", "-c3", "-i0.2", "-W2", IPV6_ADDRESS_2))
                .contains(" 0% packet loss");
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldCarryDatagramsOfEverySize(ForwardMode mode) throws Exception {
        forward(mode);
        hosts.serve(Datagrams.class, "echo", ADDRESS_2, PORT);

        assertThat(hosts.client(Datagrams.class, "ask", ADDRESS_2, PORT, "1472"))
                .contains("echoed 1..1472");
        assertThat(hosts.host1().run("ping", "-c3", "-i0.2", "-W2", ADDRESS_2)).contains(" 0% packet loss");
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldCloseWhileTrafficFlows(ForwardMode mode) throws Exception {
        forward(mode);
        hosts.serve(Transfer.class, "receive", ADDRESS_2, PORT);
        Process sender = hosts.host1()
                .start(JavaProcess.command(Transfer.class, "send", ADDRESS_2, PORT, "100000")
                        .toArray(String[]::new));
        awaitForwarded(64L << 20);

        forwarder.close();

        assertThat(forwarder.lost()).isCompletedWithValue(null);
        assertThat(hosts.host1().run("ip", "-o", "link")).doesNotContain("tun11");
        assertThat(hosts.host2().run("ip", "-o", "link")).doesNotContain("tun22");
        assertThat(sender.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldCloseTwice(ForwardMode mode) throws Exception {
        forward(mode);

        forwarder.close();
        forwarder.close();

        assertThat(forwarder.lost()).isCompletedWithValue(null);
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldTellWhenItsDeviceIsDeleted(ForwardMode mode) throws Exception {
        forward(mode);

        hosts.host1().run("ip", "link", "del", "tun11");

        assertThatThrownBy(() -> forwarder.lost().get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TunException.class)
                .hasMessageContaining("tun11");
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldCloseWhereItsLossIsTold(ForwardMode mode) throws Exception {
        forward(mode);
        var told = new CompletableFuture<Void>();
        forwarder.lost().whenComplete((nothing, cause) -> {
            try {
                forwarder.close(); // On an event loop, which must not wait for itself.
                told.complete(null);
            } catch (Throwable failure) {
                told.completeExceptionally(failure);
            }
        });

        hosts.host1().run("ip", "link", "del", "tun11");

        told.get(10, TimeUnit.SECONDS);
        forwarder.closeAsync().get(10, TimeUnit.SECONDS);
        assertThat(hosts.host2().run("ip", "-o", "link")).doesNotContain("tun22");
        assertThat(forwarder.eventLoops()).allMatch(EventExecutorGroup::isTerminated);
        assertThat(forwarder.lost()).isCompletedExceptionally();
    }

    @Test
    void shouldCloseOnItsOwnLoopsAndOnOthers() throws Exception {
        ForwardMode mode = ForwardMode.all().get(0);
        forward(mode);
        forwarder.eventLoops().get(0).submit(forwarder::close).get(10, TimeUnit.SECONDS);
        GlobalEventExecutor.INSTANCE.submit(forwarder::close).get(10, TimeUnit.SECONDS);
        assertThat(forwarder.closeAsync()).isCompletedWithValue(null);
        assertThat(hosts.host1().run("ip", "-o", "link")).doesNotContain("tun11");
        assertThat(hosts.host2().run("ip", "-o", "link")).doesNotContain("tun22");
    }

    @Test
    void shouldSayThatItDoesNotDrainOnItsOwnLoop() throws Exception {
        forward(ForwardMode.all().get(0));
        assertThatThrownBy(() -> forwarder
                        .eventLoops()
                        .get(0)
                        .submit(() -> forwarder.drain(1, TimeUnit.SECONDS))
                        .get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closeAsync");
    }

    /** From the first device to the second, on whichever of their queues. */
    private long forwardedBytes() {
        return forwarder.directions().stream()
                .filter(direction -> direction.from().name().equals("tun11"))
                .mapToLong(direction -> direction.written().bytesWritten())
                .sum();
    }

    private void awaitForwarded(long bytes) throws InterruptedException {
        while (forwardedBytes() < bytes) {
            assertThat(forwarder.lost()).isNotDone();
            Thread.sleep(10); // Counters have no event to wait for.
        }
    }
}
