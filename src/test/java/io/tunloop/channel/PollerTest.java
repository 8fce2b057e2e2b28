// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PollerTest {
    static {
        Epoll.ensureAvailability(); // Loads the library that FileDescriptor needs.
    }

    @Test
    void shouldKnowWhichOfManyDescriptorsIsReady() throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        try (var poller = new Poller()) {
            for (int i = 0; i < 100; i++) {
                poller.add(pipe[i % 2].intValue(), i % 2 == 0 ? Poller.POLLIN : 0);
            }
            assertThat(poller.poll(0)).isZero();
            pipe[1].write(ByteBuffer.allocateDirect(1), 0, 1);
            assertThat(poller.poll(-1)).isEqualTo(50);
            for (int i = 0; i < 100; i++) {
                assertThat(poller.ready(i)).as("descriptor %d", i).isEqualTo(i % 2 == 0 ? Poller.POLLIN : 0);
            }
        } finally {
            pipe[0].close();
            pipe[1].close();
        }
    }

    @Test
    void shouldRefuseToPollOnceItIsClosed() {
        var poller = new Poller();
        poller.close();
        poller.close();
        poller.clear();
        poller.add(0, Poller.POLLIN);
        poller.wake();
        assertThatIllegalStateException().isThrownBy(() -> poller.poll(0)).withMessageContaining("closed");
    }
}
