// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DaemonSignalsTest {
    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final DaemonSignals signals = new DaemonSignals(new PrintWriter(Writer.nullWriter()), daemon -> read());

    private void read() {
        reads.incrementAndGet();
        reading.countDown();
        try {
            goOn.await();
        } catch (InterruptedException cause) {
            throw new IllegalStateException(cause);
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldReadOnceMoreHoweverManyHangupsComeWhileItReads() throws Exception {
        signals.started();
        Thread reader = new Thread(signals::reload);
        reader.start();
        reading.await();

        for (int i = 0; i < 400; i++) {
            signals.reload();
        }
        goOn.countDown();
        reader.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(reads).hasValue(2);
    }

    @Test
    void shouldReadWhenItHasStartedIfAskedBefore() {
        goOn.countDown();
        signals.reload();
        signals.reload();
        assertThat(reads).hasValue(0);
        signals.started();
        assertThat(reads).hasValue(1);
    }
}
