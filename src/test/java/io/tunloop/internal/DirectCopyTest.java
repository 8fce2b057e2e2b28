// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.IllegalReferenceCountException;
import org.junit.jupiter.api.Test;

class DirectCopyTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Test
    void shouldCopyWhatCanBeReadBehindZeros() {
        ByteBuf packet = allocator.heapBuffer(4).writeInt(0x01020304).skipBytes(1);
        ByteBuf copy = DirectCopy.of(allocator, packet, 2);
        assertThat(copy.isDirect()).isTrue();
        assertThat(ByteBufUtil.getBytes(copy)).containsExactly(0, 0, 2, 3, 4);
        assertThat(packet.readableBytes()).isEqualTo(3);
        copy.release();
        packet.release();
    }

    @Test
    void shouldLeaveNothingOfAPacketThatIsReleasedAlready() {
        ByteBuf packet = allocator.heapBuffer(4).writeInt(1);
        packet.release();
        assertThatThrownBy(() -> DirectCopy.of(allocator, packet)).isInstanceOf(IllegalReferenceCountException.class);
        var channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        channel.config().setAllocator(allocator);
        ChannelHandlerContext ctx = channel.pipeline().firstContext();
        assertThatThrownBy(() -> DirectCopy.withRoom(ctx, packet)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }
}
