// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntBiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VirtioNetHeaderTest {
    private static final Map<String, ToIntBiFunction<ByteBuf, Integer>> FIELDS = Map.of(
            "flags", VirtioNetHeader::flags,
            "gsoType", VirtioNetHeader::gsoType,
            "hdrLen", VirtioNetHeader::hdrLen,
            "gsoSize", VirtioNetHeader::gsoSize,
            "csumStart", VirtioNetHeader::csumStart,
            "csumOffset", VirtioNetHeader::csumOffset);

    static Set<String> fields() {
        return FIELDS.keySet();
    }

    /** An unpooled direct one does not check everything by itself. */
    private static List<ByteBuf> buffers(int bytes) {
        return List.of(
                Unpooled.directBuffer(bytes, bytes),
                PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes),
                Unpooled.buffer(bytes, bytes));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void shouldRefuseAFieldThatIsNotInTheBuffer(String field) {
        for (ByteBuf buf : buffers(VirtioNetHeader.BYTES)) {
            for (int index : new int[] {-VirtioNetHeader.BYTES, VirtioNetHeader.BYTES, Integer.MAX_VALUE - 16}) {
                assertThatThrownBy(() -> FIELDS.get(field).applyAsInt(buf, index))
                        .as("%s at %d of %s", field, index, buf)
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            buf.release();
        }
    }

    @ParameterizedTest
    @MethodSource("fields")
    void shouldReadWhatItHasSet(String field) {
        for (ByteBuf buf : buffers(VirtioNetHeader.BYTES + 1)) {
            VirtioNetHeader.set(buf, 1, 1, 5, 0x8002, 0xff03, 0x7f04, 0xfffe);
            Map<String, Integer> values = Map.of(
                    "flags", 1,
                    "gsoType", 5,
                    "hdrLen", 0x8002,
                    "gsoSize", 0xff03,
                    "csumStart", 0x7f04,
                    "csumOffset", 0xfffe);
            assertThat(FIELDS.get(field).applyAsInt(buf, 1)).isEqualTo(values.get(field));
            buf.release();
        }
    }

    @Test
    void shouldWriteNothingBehindTheBuffer() {
        for (ByteBuf whole : buffers(2 * VirtioNetHeader.BYTES)) {
            whole.setZero(0, whole.capacity());
            ByteBuf buf = Unpooled.wrappedBuffer(whole.nioBuffer(0, VirtioNetHeader.BYTES));
            assertThatThrownBy(() -> VirtioNetHeader.set(buf, 1, -1, -1, -1, -1, -1, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> VirtioNetHeader.clear(buf, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(whole.getByte(VirtioNetHeader.BYTES)).isZero();
            buf.release();
            whole.release();
        }
    }
}
