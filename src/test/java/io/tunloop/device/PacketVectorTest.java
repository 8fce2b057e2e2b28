// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
    }
}
