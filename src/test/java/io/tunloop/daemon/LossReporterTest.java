// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A loss is told once, whatever its size. */
class LossReporterTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(LossReporter.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final AtomicLong lost = new AtomicLong();
    private final LossReporter reporter = new LossReporter();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        reporter.add("tun22: packets are being dropped", lost::get);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            reporter.tick();
        }
    }

    private String[] messages() {
        return log.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toArray(String[]::new);
    }

    @Test
    void shouldSayNothingWhileNothingIsLost() {
        tick(100);
        assertThat(messages()).isEmpty();
    }

    @Test
    void shouldTellTheBeginningAndTheEndOnce() {
        for (int i = 0; i < 50; i++) {
            lost.addAndGet(1000);
            tick(i % 4); // Gaps shorter than what counts as the end.
        }
        tick(100);
        assertThat(messages())
                .containsExactly(
                        "WARN tun22: packets are being dropped",
                        "INFO over, after 50000 times: tun22: packets are being dropped");
    }

    @Test
    void shouldTellTheNextLossAgain() {
        lost.addAndGet(3);
        tick(10);
        lost.addAndGet(4);
        tick(10);
        assertThat(messages())
                .containsExactly(
                        "WARN tun22: packets are being dropped",
                        "INFO over, after 3 times: tun22: packets are being dropped",
                        "WARN tun22: packets are being dropped",
                        "INFO over, after 4 times: tun22: packets are being dropped");
    }
}
