// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopPlanTest {
    /** @param expected the loops of: direction 1 reading, writing, direction 2 reading, writing, ... */
    @ParameterizedTest
    @CsvSource({"1, 2, 0000", "2, 2, 0011", "4, 2, 0123", "4, 4, 00112233", "6, 6, 001122334455"})
    void shouldSpreadReadingAndWriting(int loops, int directions, String expected) {
        var group = new MultiThreadIoEventLoopGroup(loops, LocalIoHandler.newFactory());
        try {
            var plan = new LoopPlan(group, loops, directions);
            List<EventLoop> order = new ArrayList<>();
            var actual = new StringBuilder();
            for (int direction = 0; direction < directions; direction++) {
                for (EventLoop loop : List.of(plan.reading(direction), plan.writing(direction))) {
                    if (!order.contains(loop)) {
                        order.add(loop);
                    }
                    actual.append(order.indexOf(loop));
                }
            }
            assertThat(actual).hasToString(expected);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
