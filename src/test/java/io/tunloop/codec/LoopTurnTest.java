// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.testing.Packets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One frame that stands for 65,000 packets, none of which merge, leaves the event loop to others every few thousand. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopTurnTest {
    private static final int SEGMENTS = 65_000;
    private static final int ALL_FLAGS = 0x3f;

    /** Four times all groups, and those that are held until the next flush. */
    private static final int MAX_PACKETS_PER_TURN = 5 * Groups.MAX_GROUPS;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final SingleThreadEventLoop loop = (SingleThreadEventLoop) loops.next();
    private final CompletableFuture<List<Integer>> packetsPerTurn = new CompletableFuture<>();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldLeaveTheEventLoopToOthersEveryFewThousandPackets() throws Exception {
        LocalChannel channel = new LocalChannel();
        Device device = new Device();
        channel.pipeline()
                .addLast(device, new GroCoalescer(), new GsoSplitter(GsoSplitter.Output.BATCHES), new WriteBack());
        loops.register(channel).sync();
        loop.execute(() -> {
            device.watchTurn();
            channel.pipeline()
                    .fireChannelRead(
                            Packets.tcp4(ALL_FLAGS, SEGMENTS, 1).urgent(1).frame(1));
        });

        assertThat(packetsPerTurn.get()).allMatch(packets -> packets <= MAX_PACKETS_PER_TURN);
        channel.close().sync();
    }

    private static final class WriteBack extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.channel().writeAndFlush(message);
        }
    }

    /** Takes all that is written at once, and notes how much that was whenever the loop comes round. */
    private final class Device extends ChannelOutboundHandlerAdapter {
        private final List<Integer> turns = new ArrayList<>();
        private int written;
        private int writtenBefore;

        void watchTurn() {
            loop.executeAfterEventLoopIteration(() -> {
                turns.add(written - writtenBefore);
                writtenBefore = written;
                if (written == SEGMENTS) {
                    packetsPerTurn.complete(turns);
                } else {
                    loop.execute(this::watchTurn);
                }
            });
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            GatheredPacket packet = (GatheredPacket) message;
            written += packet.parts();
            packet.release();
            promise.trySuccess();
        }
    }
}
