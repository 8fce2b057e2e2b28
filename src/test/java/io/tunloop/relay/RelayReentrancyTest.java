// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.relay.TwoChannels.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.channel.TunChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a handler of the writing pipeline does while a relay is writing to it: every packet is written once, or counted as
 * lost, and whoever is still there goes on.
 */
@Timeout(60)
class RelayReentrancyTest {
    private static final int PACKETS = 8;

    private enum Kind {
        DIRECT,
        QUEUED,
        /** Has room for two packets, and holds the others. */
        FULL
    }

    private enum Moment {
        WRITE,
        FLUSH,
        WRITABILITY
    }

    private enum Event {
        READ,
        FLUSH,
        WRITE,
        CLOSE_READER,
        CLOSE_WRITER,
        REMOVE,
        LET_READ,
        THROW
    }

    private static List<Arguments> cases() {
        var cases = new ArrayList<Arguments>();
        for (Kind kind : Kind.values()) {
            for (Moment moment : Moment.values()) {
                for (Event event : Event.values()) {
                    cases.add(Arguments.of(kind, moment, event));
                }
            }
        }
        return cases;
    }

    private TwoChannels channels;
    private TunChannel reader;
    private TunChannel writer;
    private ChannelHandler relay;
    private volatile int passed;
    private volatile boolean closing;
    private int received;
    private int extra;

    private void open(Kind kind) throws Exception {
        channels = new TwoChannels(1);
        reader = channels.reader();
        writer = channels.writer();
        relay = switch (kind) {
            case DIRECT -> new Relay(writer);
            case QUEUED -> new QueuedRelay(writer, QueueConfig.DEFAULT);
            case FULL -> new QueuedRelay(writer, new QueueConfig(2, 1 << 20, QueueFull.BLOCK));
        };
    }

    @AfterEach
    void close() throws Exception {
        channels.close();
    }

    @ParameterizedTest(name = "{0}: {2} at {1}")
    @MethodSource("cases")
    void shouldWriteOnceOrCountEachPacketWhateverAHandlerDoesMeanwhile(Kind kind, Moment moment, Event event)
            throws Exception {
        open(kind);
        channels.send(0, PACKETS);
        writer.pipeline().addFirst(new Trigger(moment, () -> act(event)));
        reader.pipeline().addLast(relay, new Passed());

        reader.config().setAutoRead(true);

        await("all is accounted for", this::isAccountedFor);
        channels.settle();
        if (closing) {
            reader.closeFuture().sync(); // the descriptor is closed elsewhere than on the event loop
        }
        if (reader.isOpen()) {
            channels.send(PACKETS, PACKETS + 1);
            await("the reader goes on", () -> reader.counters().packetsRead() == PACKETS + 1);
            await("what it has read is accounted for", this::isAccountedFor);
            await("it is not left in a pause", reader.config()::isAutoRead);
        }
    }

    /** Returns true if the handler is to throw. */
    private boolean act(Event event) {
        switch (event) {
            case READ -> reader.read();
            case FLUSH -> writer.flush();
            case WRITE -> {
                extra++;
                writer.write(writer.alloc().directBuffer().writeBytes(TwoChannels.packet(99)));
            }
            case CLOSE_READER -> {
                closing = true;
                reader.close();
            }
            case CLOSE_WRITER -> writer.close();
            case REMOVE -> reader.pipeline().remove(relay);
            case LET_READ -> reader.config().setAutoRead(true);
            default -> {}
        }
        return event == Event.THROW;
    }

    private boolean isAccountedFor() {
        try {
            while (channels.sink().poll() != null) {
                received++;
            }
        } catch (IOException cause) {
            throw new AssertionError(cause);
        }
        long read = reader.counters().packetsRead();
        long accounted = received
                - (writer.isOpen() ? extra : 0)
                + passed
                + lost()
                + writer.counters().dropped();
        assertThat(accounted).as("no packet counts twice").isLessThanOrEqualTo(Math.max(read, PACKETS));
        return read >= PACKETS && accounted == read;
    }

    private long lost() {
        return relay instanceof Relay direct
                ? direct.refused() + direct.unwritten()
                : ((QueuedRelay) relay).refused() + ((QueuedRelay) relay).unwritten() + ((QueuedRelay) relay).dropped();
    }

    /** Does something, once, in the middle of what the relay does. */
    private static final class Trigger extends ChannelDuplexHandler {
        private final Moment moment;
        private final BooleanSupplier action;
        private boolean done;

        Trigger(Moment moment, BooleanSupplier action) {
            this.moment = moment;
            this.action = action;
        }

        private boolean act(Moment now) {
            if (now != moment || done) {
                return false;
            }
            done = true;
            return action.getAsBoolean();
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (act(Moment.WRITE)) {
                ReferenceCountUtil.release(message);
                throw new IllegalStateException("the handler's own");
            }
            ctx.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            if (act(Moment.FLUSH)) {
                throw new IllegalStateException("the handler's own");
            }
            ctx.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (act(Moment.WRITABILITY)) {
                throw new IllegalStateException("the handler's own");
            }
            ctx.fireChannelWritabilityChanged();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            assertThat(cause).hasMessage("the handler's own");
            if (moment == Moment.FLUSH) {
                ctx.flush(); // It has swallowed one.
            }
        }
    }

    /** Behind the relay: counts what comes when it is removed. */
    private final class Passed extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            passed++;
            ReferenceCountUtil.release(message);
        }
    }
}
