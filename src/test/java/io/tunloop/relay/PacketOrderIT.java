// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.testing.TwoHosts.ADDRESS_2;
import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Transfer;
import io.tunloop.testing.TwoHosts;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No mode puts packets of a flow out of order: the receiver's TCP counts those that came before one that they follow.
 *
 * <p>A lost packet would be counted too, so that the windows are kept smaller than every queue on the way.
 */
@RequiresTun
@Timeout(120)
class PacketOrderIT {
    private static final int FIRST_PORT = 5001;
    private static final int FLOWS = 4;

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private Forwarder forwarder;

    static Stream<ForwardMode> concurrentModes() {
        return ForwardMode.all().stream().filter(ForwardMode::concurrent);
    }

    static Stream<ForwardMode> queuedModes() {
        return ForwardMode.all().stream().filter(ForwardMode::isQueued);
    }

    private void forward(ForwardMode mode, int threads) throws Exception {
        forwarder = hosts.forward(hosts.config(mode).threads(threads));
        hosts.host2().sh("echo '4096 65536 262144' > /proc/sys/net/ipv4/tcp_rmem");
    }

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldKeepASingleFlowInOrder(ForwardMode mode) throws Exception {
        forward(mode, 0);
        transfer(1, 256);
        assertInOrder();
    }

    @ParameterizedTest
    @MethodSource("concurrentModes")
    void shouldKeepSeveralFlowsInOrder(ForwardMode mode) throws Exception {
        forward(mode, 0);
        transfer(FLOWS, 64);
        assertInOrder();
    }

    @ParameterizedTest
    @MethodSource("queuedModes")
    void shouldKeepAFlowInOrderBetweenLoops(ForwardMode mode) throws Exception {
        forward(mode, 4);
        transfer(1, 256);
        assertInOrder();
    }

    private void transfer(int flows, int mebibytes) throws Exception {
        var senders = new ArrayList<Process>();
        for (int flow = 0; flow < flows; flow++) {
            String port = String.valueOf(FIRST_PORT + flow);
            hosts.serve(Transfer.class, "receive", ADDRESS_2, port);
            senders.add(hosts.host1()
                    .start(JavaProcess.command(Transfer.class, "send", ADDRESS_2, port, String.valueOf(mebibytes))
                            .toArray(String[]::new)));
        }
        for (Process sender : senders) {
            assertThat(TwoHosts.readLine(sender)).isEqualTo("sent " + ((long) mebibytes << 20));
            assertThat(sender.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void assertInOrder() {
        assertThat(counter(hosts.host2(), "TcpInSegs")).as("segments received").isPositive();
        assertThat(counter(hosts.host2(), "TcpExtTCPOFOQueue"))
                .as("out-of-order segments")
                .isZero();
    }

    private static long counter(NetNamespace host, String name) {
        return host.run("nstat", "-asz", name)
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                .findFirst()
                .orElseThrow();
    }
}
