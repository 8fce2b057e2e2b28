// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PacketVectorTest {
    @Test
    void shouldHaveRoomForItsPacketsAndSpans() {
        try (var vector = new PacketVector(2, 3)) {
            assertThat(vector.hasRoom(3)).isTrue();
            assertThat(vector.hasRoom(4)).isFalse();
            vector.addPacket(1, 10);
            vector.addSpan(2, 20);
            assertThat(vector.packets()).isEqualTo(1);
            assertThat(vector.hasRoom(1)).isTrue();
            assertThat(vector.hasRoom(2)).isFalse();
            vector.addPacket(3, 30);
            assertThat(vector.packets()).isEqualTo(2);
            assertThat(vector.hasRoom(0)).isFalse();
            vector.clear();
            assertThat(vector.packets()).isZero();
            assertThat(vector.hasRoom(3)).isTrue();
        }
    }

    @Test
    void shouldRefuseSizesThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketVector(0))
                .withMessage("need 1 <= maxPackets <= maxSpans: 0, 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketVector(4, 3))
                .withMessage("need 1 <= maxPackets <= maxSpans: 4, 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketVector(1, 1 << 28))
                .withMessageStartingWith("maxPackets and maxSpans need more than 2 GiB: 1, 268435456");
    }

    @Test
    void shouldRefuseWhatItHasNoRoomFor() {
        try (var vector = new PacketVector(2, 3)) {
            assertThat(vector.hasRoom(Integer.MAX_VALUE)).isFalse();
            assertThatIllegalStateException()
                    .isThrownBy(() -> vector.addSpan(1, 1))
                    .withMessage("a span needs a packet before it");
            vector.addPacket(1, 1);
            vector.addPacket(2, 2);
            assertThatIllegalStateException()
                    .isThrownBy(() -> vector.addPacket(3, 3))
                    .withMessage("no room behind packet 1");
            vector.addSpan(3, 3);
            assertThatIllegalStateException()
                    .isThrownBy(() -> vector.addSpan(4, 4))
                    .withMessage("no room behind packet 1");
            assertThat(vector.packets()).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseToEndABatchWithoutAPacket() {
        try (var vector = new PacketVector(2)) {
            assertThatIllegalStateException()
                    .isThrownBy(vector::endIfRefused)
                    .withMessage("there is no packet to end the batch");
        }
    }

    @Test
    void shouldRefuseIndexesAndLengthsThatCannotBe() {
        try (var vector = new PacketVector(2)) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.result(0));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.setPacket(1, 1, 1));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.setPacket(-1, 1, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> vector.addPacket(1, -1))
                    .withMessage("lengthBytes must not be negative: -1");
            assertThat(vector.packets()).isZero();
            vector.addPacket(1, 1);
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.result(-1));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.result(1));
        }
    }

    @Test
    void shouldRefuseEverythingOnceItIsClosed() throws Exception {
        var vector = new PacketVector(2);
        vector.addPacket(1, 1);
        vector.close();
        vector.close();
        assertThat(vector.hasRoom(1)).isFalse();
        assertThat(vector.packets()).isZero();
        try (TunDevice device = TestDevices.over(TestDevices.unpollable().intValue())) {
            for (ThrowingCallable use : List.<ThrowingCallable>of(
                    () -> vector.addPacket(1, 1),
                    () -> vector.addSpan(1, 1),
                    vector::endIfRefused,
                    () -> device.read(vector),
                    () -> device.write(vector))) {
                assertThatIllegalStateException().isThrownBy(use).withMessage("the vector is closed");
            }
        }
    }
}
