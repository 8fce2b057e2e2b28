// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.tunloop.testing.Garbage;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import io.tunloop.testing.WithoutLeakDetection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** In no mode do the event loops make garbage for a packet, from the read of one device to the write to the other. */
@RequiresTun
@ExtendWith(WithoutLeakDetection.class)
@Timeout(120)
class ForwarderGarbageIT {
    private static final int PACKETS = 10_000;

    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private Forwarder forwarder;

    @ParameterizedTest
    @MethodSource("io.tunloop.relay.ForwardMode#all")
    void shouldMakeNoGarbageForAPacket(ForwardMode mode) throws Exception {
        forwarder = hosts.forward(hosts.config(mode));
        Traffic traffic = Traffic.start(hosts);
        assertThat(Garbage.bytesPerPacket(threads(), PACKETS, () -> awaitPackets(traffic)))
                .isLessThan(1.0);
    }

    private List<Thread> threads() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (SingleThreadEventExecutor loop : forwarder.eventLoops()) {
            threads.add(loop.submit(Thread::currentThread).get());
        }
        return threads;
    }

    private void awaitPackets(Traffic traffic) {
        long enough = packets() + PACKETS;
        while (packets() < enough) {
            traffic.awaitFlow();
        }
    }

    private long packets() {
        return forwarder.directions().stream()
                .mapToLong(direction -> direction.written().packetsWritten())
                .sum();
    }
}
