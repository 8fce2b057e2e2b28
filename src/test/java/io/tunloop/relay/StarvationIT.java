// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.testing.TwoHosts.ADDRESS_2;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.TwoHosts;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** There is no direct memory for packets: reading waits until there is, and nothing is closed. */
@RequiresTun
@Timeout(60)
class StarvationIT {
    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private final Scarce memory = new Scarce();
    private Forwarder forwarder;

    /** Those whose buffers come from the allocator: plain packets may lie in memory that is registered with an io_uring. */
    static List<ForwardMode> modes() {
        return ForwardMode.all().stream()
                .filter(mode -> mode.offload().readsFrames())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void shouldReadAgainWhenThereIsMemoryAgain(ForwardMode mode) throws Exception {
        memory.scarce = true;
        forwarder = hosts.forward(hosts.config(mode).allocator(memory));
        hosts.host1().sh("ping -c2 -i0.2 -W1 " + ADDRESS_2 + " || true");

        assertThat(forwarder.directions().get(0).read().readsStarved()).isPositive();
        assertThat(forwarder.directions().get(0).read().packetsRead()).isZero();
        assertThat(forwarder.lost()).isNotDone();

        memory.scarce = false;
        assertThat(hosts.host1().run("ping", "-c5", "-i0.2", "-W2", ADDRESS_2)).contains(" 0% packet loss");
    }

    /** Gives direct memory, or none. */
    private static final class Scarce extends AbstractByteBufAllocator {
        private volatile boolean scarce;

        Scarce() {
            super(true);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (scarce) {
                throw new OutOfMemoryError("none left");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
