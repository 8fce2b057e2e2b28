// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.relay.TwoChannels.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.tunloop.channel.TunChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay between {@link TwoChannels} of one event loop. */
@Timeout(60)
class RelayTest {
    private TwoChannels channels;
    private TunChannel reader;
    private Relay relay;

    private void open() throws Exception {
        channels = new TwoChannels(1);
        reader = channels.reader();
        relay = new Relay(channels.writer());
        reader.pipeline().addLast(relay);
        reader.config().setAutoRead(true);
    }

    @AfterEach
    void close() throws Exception {
        channels.close();
    }

    /** One packet is on its way, and the reader has stopped. */
    private void openWithFullPeer() throws Exception {
        open();
        channels.setWritable(false);
        channels.send(0, 1);
        await("the reader stops", () -> !reader.config().isAutoRead());
    }

    private void receive(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }
    }

    @Test
    void shouldWriteWhatIsReadInOrder() throws Exception {
        open();
        for (int i = 0; i < 200; i++) {
            channels.send(i, i + 1);
            receive(i, i + 1);
        }
    }

    @Test
    void shouldWriteWhatAMappingMakesOfAnyMessageAndNotWhatItDrops() throws Exception {
        channels = new TwoChannels(1);
        reader = channels.reader();
        InetSocketAddress remote = InetSocketAddress.createUnresolved("remote", 1);
        reader.pipeline().addLast(new MessageToMessageDecoder<ByteBuf>() {
            @Override
            protected void decode(ChannelHandlerContext ctx, ByteBuf packet, List<Object> out) {
                out.add(new DatagramPacket(packet.retain(), remote));
            }
        });
        var read = new AtomicInteger();
        relay = new Relay(channels.writer(), message -> {
            DatagramPacket datagram = (DatagramPacket) message;
            if (read.getAndIncrement() % 2 == 1) {
                datagram.release();
                return null;
            }
            return datagram.content();
        });
        reader.pipeline().addLast(relay);
        reader.config().setAutoRead(true);

        channels.send(0, 6);

        for (int i : new int[] {0, 2, 4}) {
            assertThat(channels.sink().receive()).isEqualTo(TwoChannels.packet(i));
        }
        await("all are read", () -> read.get() == 6);
        channels.settle();
        assertThat(channels.sink().poll()).isNull();
        assertThat(relay.refused()).isZero();
    }

    @Test
    void shouldReadNoMoreWhileThePeerIsFull() throws Exception {
        openWithFullPeer();
        receive(0, 1);

        channels.setWritable(true);

        assertThat(reader.config().isAutoRead()).isTrue();
        channels.send(1, 9);
        receive(1, 9);
    }

    @Test
    void shouldReadOnWhenThePeerIsClosed() throws Exception {
        openWithFullPeer();

        channels.writer().close().sync();

        await("the reader goes on", () -> reader.config().isAutoRead());
        channels.send(1, 9);
        await("what is read is released", () -> reader.counters().packetsRead() == 9);
        assertThat(reader.config().isAutoRead()).isTrue();
    }

    @Test
    void shouldLeaveAutoReadAloneWhereItWasOff() throws Exception {
        open();
        reader.config().setAutoRead(false);
        channels.settle();
        channels.setWritable(false);
        channels.send(0, 1);
        reader.read();
        receive(0, 1);

        channels.setWritable(true);

        assertThat(reader.config().isAutoRead()).isFalse();
    }

    @Test
    void shouldLeaveNothingBehindWhenRemoved() throws Exception {
        openWithFullPeer();

        reader.eventLoop().submit(() -> reader.pipeline().remove(relay)).sync();

        assertThat(channels.writer().pipeline().toMap()).isEmpty();
        assertThat(reader.config().isAutoRead()).as("read again").isTrue();
        reader.config().setAutoRead(false);
        channels.setWritable(true);
        assertThat(reader.config().isAutoRead()).isFalse();
    }

    @Test
    void shouldLeaveNothingBehindWhenTheReaderCloses() throws Exception {
        open();
        reader.close().sync();
        channels.settle();
        assertThat(channels.writer().pipeline().toMap()).isEmpty();
    }

    @Test
    void shouldNotReadOnWhenItWasStoppedInAPause() throws Exception {
        openWithFullPeer();

        reader.eventLoop().submit(relay::stop).sync();
        channels.setWritable(true);

        assertThat(reader.config().isAutoRead()).isFalse();
    }

    @Test
    void shouldRefuseTwoEventLoops() throws Exception {
        channels = new TwoChannels(2);
        var thrown = new CompletableFuture<Throwable>();
        channels.reader().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                thrown.complete(cause);
            }
        });

        channels.reader().pipeline().addLast(new Relay(channels.writer()));

        assertThat(thrown.get())
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasRootCauseMessage("both channels of a Relay must share one event loop: %s, %s;"
                                .formatted(channels.reader(), channels.writer())
                        + " register one with group(other.eventLoop()), or use a QueuedRelay between loops");
        assertThat(channels.reader().pipeline().get(Relay.class)).isNull();
        assertThat(channels.writer().pipeline().toMap()).isEmpty();
    }
}
