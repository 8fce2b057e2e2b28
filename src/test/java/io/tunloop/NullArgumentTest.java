// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.codec.PacketCodec;
import io.tunloop.handler.IpOffset;
import io.tunloop.handler.PacketFilter;
import io.tunloop.queue.HandoffQueue;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.ForwarderConfig;
import io.tunloop.relay.QueueConfig;
import io.tunloop.relay.Relay;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What must not be null is refused by name where it is given, not where it is first used. */
class NullArgumentTest {
    private static ForwarderConfig.Builder config() {
        return ForwarderConfig.builder(ForwardMode.all().iterator().next());
    }

    private static PacketFilter.Builder filter() {
        return PacketFilter.builder(IpOffset.PLAIN);
    }

    static Stream<Arguments> doors() {
        return Stream.of(
                door("output", () -> new GsoSplitter(null)),
                door("ids", () -> new GroCoalescer(null)),
                door("format", () -> new PacketCodec<>(null)),
                door("match", () -> filter().allow(null)),
                door("match", () -> filter().deny(null)),
                door("mode", () -> ForwarderConfig.builder(null)),
                door("device1", () -> config().device1(null)),
                door("device2", () -> config().device2(null)),
                door("allocator", () -> config().allocator(null)),
                door("queue", () -> config().queue(null)),
                door("full", () -> new QueueConfig(1, 1, null)),
                door("peer", () -> new Relay(null)),
                door("weigher", () -> new HandoffQueue<>(1, 1, null)));
    }

    private static Arguments door(String name, ThrowingCallable call) {
        return Arguments.of(name, call);
    }

    @ParameterizedTest
    @MethodSource("doors")
    void shouldRefuseNullByName(String name, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(name);
    }
}
