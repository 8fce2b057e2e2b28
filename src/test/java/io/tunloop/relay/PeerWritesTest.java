// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.relay.TwoChannels.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.channel.TunChannel;
import io.tunloop.codec.GroCoalescer;
import io.tunloop.codec.GsoSplitter;
import io.tunloop.internal.LostWrites;
import io.tunloop.packet.TransportHeader;
import io.tunloop.testing.PacketSpec;
import io.tunloop.testing.Packets;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a relay hands over and the writing channel does not take: all of it is counted, once, and the first is logged. */
@Timeout(60)
class PeerWritesTest {
    private static final int PACKETS = 11;

    private final Logger logger = (Logger) LoggerFactory.getLogger(PeerWrites.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private TwoChannels channels;

    private record Kind(String name, Function<Channel, ChannelHandler> relay) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("direct", Relay::new), new Kind("queued", peer -> new QueuedRelay(peer, QueueConfig.DEFAULT)));
    }

    private static long refused(ChannelHandler relay) {
        return relay instanceof Relay direct ? direct.refused() : ((QueuedRelay) relay).refused();
    }

    private static long unwritten(ChannelHandler relay) {
        return relay instanceof Relay direct ? direct.unwritten() : ((QueuedRelay) relay).unwritten();
    }

    @BeforeEach
    void open() throws Exception {
        log.start();
        logger.addAppender(log);
        channels = new TwoChannels(1);
    }

    @AfterEach
    void close() throws Exception {
        logger.detachAppender(log);
        channels.close();
    }

    private ChannelHandler relay(Kind kind, Channel peer) throws Exception {
        ChannelHandler relay = kind.relay().apply(peer);
        channels.reader().pipeline().addLast(relay);
        channels.reader().config().setAutoRead(true);
        return relay;
    }

    private void send() throws Exception {
        channels.send(0, PACKETS);
        await("all are read", () -> channels.reader().counters().packetsRead() == PACKETS);
        channels.settle();
    }

    private void assertRefused(ChannelHandler relay) {
        assertThat(refused(relay)).isEqualTo(PACKETS);
        assertThat(unwritten(relay)).isZero();
        assertThat(log.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getThrowableProxy()).isNotNull();
        });
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldCountWhatATunChannelDoesNotWrite(Kind kind) throws Exception {
        channels.reader().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                ctx.fireChannelRead("text");
            }
        });
        ChannelHandler relay = relay(kind, channels.writer());
        send();
        assertRefused(relay);
        assertThat(channels.writer().counters().dropped()).isZero();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldCountWhatAChannelOfAnotherKindDoesNotWrite(Kind kind) throws Exception {
        var datagrams = new EpollDatagramChannel(); // Not connected: it does not know where to send a buffer.
        channels.reader().eventLoop().register(datagrams).sync();
        ChannelHandler relay = relay(kind, datagrams);
        send();
        assertRefused(relay);
        datagrams.close().sync();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldCountWhatAHandlerOfTheWritingChannelFails(Kind kind) throws Exception {
        channels.writer().pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                // As a handler does that asks for the outcome.
                ctx.write("text " + ReferenceCountUtil.release(message), promise.unvoid());
            }
        });
        ChannelHandler relay = relay(kind, channels.writer());
        send();
        assertRefused(relay);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldCountWhatAClosedChannelDoesNotWrite(Kind kind) throws Exception {
        ChannelHandler relay = relay(kind, channels.writer());
        channels.writer().close().sync();
        send();
        assertThat(unwritten(relay)).isEqualTo(PACKETS);
        assertThat(refused(relay)).isZero();
        assertThat(log.list).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldLeaveWhatTheKernelRefusesToTheChannelsCounters(Kind kind) throws Exception {
        TunChannel writer = channels.writer();
        channels.reader().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                // Longer than the socket behind the device takes: EMSGSIZE.
                ReferenceCountUtil.release(message);
                ctx.fireChannelRead(ctx.alloc().directBuffer().writeZero(60_000));
            }
        });
        ChannelHandler relay = relay(kind, writer);
        send();
        await("all are refused", () -> writer.counters().droppedRefused() == PACKETS);
        assertThat(refused(relay)).isZero();
        assertThat(unwritten(relay)).isZero();
    }

    @Test
    void shouldCountWhatAnyOtherPeerRefuses() {
        var writer = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                throw new IllegalStateException("no more");
            }
        });
        var relay = new QueuedRelay(writer, QueueConfig.DEFAULT);
        var reader = new EmbeddedChannel(relay);
        ByteBuf packet = Unpooled.directBuffer(100).writeZero(100);
        reader.writeInbound(packet);
        writer.runPendingTasks();
        assertThat(relay.refused()).isEqualTo(1);
        assertThat(packet.refCnt()).isZero();
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCountEachPacketOfWhatIsRefusedAsAWhole(boolean merged) {
        var writer = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new IllegalStateException("no more"));
            }
        });
        if (merged) {
            writer.pipeline().addLast(new GroCoalescer());
        }
        var relay = new QueuedRelay(writer, QueueConfig.DEFAULT);
        var reader = new EmbeddedChannel(new GsoSplitter(GsoSplitter.Output.BATCHES), relay);
        PacketSpec first = Packets.tcp4(TransportHeader.ACK, 3_000, 1);
        PacketSpec second = Packets.tcp4(TransportHeader.ACK, 2_000, 3_001).id(3);
        reader.writeInbound(
                first.frame(1_000), second.frame(1_000), Packets.udp4(5).frame(0));
        writer.runPendingTasks();
        assertThat(relay.refused()).isEqualTo(3 + 2 + 1);
        assertThat(reader.finish()).isFalse();
        assertThat(writer.finish()).isFalse();
    }

    @Test
    void shouldNotLetAHandlerWaitForAllOfThem() {
        var writes = new LostWrites(channels.writer(), (cause, packets) -> {});
        assertThat(writes.isVoid()).isTrue();
        assertThatThrownBy(writes::sync).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writes.await(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writes.addListener(done -> {})).isInstanceOf(IllegalStateException.class);
    }
}
