// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetlinkMessageTest {
    private static final int AF_BRIDGE = 7;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_NEW_NETNSID = 45;
    private static final int NESTED = 0x8000;

    private final ByteBuffer datagram = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

    private int begin(int type) {
        int start = datagram.position();
        datagram.putInt(0).putShort((short) type).putShort((short) 0).putInt(1).putInt(2);
        return start;
    }

    private void end(int start) {
        datagram.putInt(start, datagram.position() - start);
        pad();
    }

    private void link(int type, int family, int index, int flags) {
        int start = begin(type);
        datagram.put((byte) family).put((byte) 0).putShort((short) 0);
        datagram.putInt(index).putInt(flags).putInt(0);
        attribute(IFLA_IFNAME, "tl0\0".getBytes(StandardCharsets.US_ASCII));
        attribute(
                IFLA_MTU,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(1400)
                        .array());
        end(start);
    }

    private void attribute(int type, byte[] value) {
        datagram.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        pad();
    }

    private void pad() {
        datagram.position(datagram.position() + 3 & ~3);
    }

    private List<NetlinkMessage> parse() {
        return NetlinkMessage.parse(datagram.array(), datagram.position());
    }

    @Test
    void shouldFindEachMessageOfADatagram() {
        link(NetlinkMessage.NEW_LINK, 0, 7, 1);
        link(NetlinkMessage.DELETE_LINK, 0, 8, 0);
        assertThat(parse())
                .extracting(NetlinkMessage::type)
                .containsExactly(NetlinkMessage.NEW_LINK, NetlinkMessage.DELETE_LINK);
    }

    @Test
    void shouldReadTheStateOfALink() {
        link(NetlinkMessage.NEW_LINK, 0, 7, 1 | 1 << 16);
        LinkState state = LinkMessage.of(parse().get(0)).state();
        assertThat(state).isEqualTo(new LinkState(7, "tl0", true, true, 1400, 0));
    }

    @Test
    void shouldNotTakeABridgePortForALink() {
        link(NetlinkMessage.DELETE_LINK, AF_BRIDGE, 7, 1);
        assertThat(LinkMessage.of(parse().get(0))).isNull();
    }

    @Test
    void shouldTellAMoveFromADeletion() {
        link(NetlinkMessage.DELETE_LINK, 0, 7, 0);
        assertThat(LinkMessage.of(parse().get(0)).isMove()).isFalse();
        datagram.clear();
        int start = begin(NetlinkMessage.DELETE_LINK);
        datagram.putLong(0).putLong(0);
        attribute(IFLA_NEW_NETNSID, new byte[4]);
        end(start);
        assertThat(LinkMessage.of(parse().get(0)).isMove()).isTrue();
    }

    @Test
    void shouldIgnoreTheFlagsInTheTypeOfAnAttribute() {
        int start = begin(NetlinkMessage.NEW_LINK);
        attribute(5 | NESTED, new byte[] {1, 2, 3, 4});
        end(start);
        assertThat(NetlinkMessage.intOf(parse().get(0).attribute(0, 5), 0)).isNotZero();
    }

    @Test
    void shouldReadTheErrorOfAnAnswer() {
        int start = begin(NetlinkMessage.ERROR);
        datagram.putInt(-Errno.ENODEV);
        end(start);
        assertThat(parse().get(0).error()).isEqualTo(-Errno.ENODEV);
        datagram.clear();
        end(begin(NetlinkMessage.ERROR));
        assertThat(parse().get(0).error()).isEqualTo(-Errno.EPROTO);
    }

    @Test
    void shouldIgnoreAMessageThatIsCutOff() {
        link(NetlinkMessage.NEW_LINK, 0, 7, 1);
        for (int length = 0; length < datagram.position(); length++) {
            assertThat(NetlinkMessage.parse(datagram.array(), length)).isEmpty();
        }
    }

    @Test
    void shouldIgnoreLengthsThatCannotBe() {
        for (int length : new int[] {0, 15, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            datagram.clear();
            link(NetlinkMessage.NEW_LINK, 0, 7, 1);
            datagram.putInt(0, length);
            assertThat(parse()).isEmpty();
        }
    }

    @Test
    void shouldSurviveBytesThatMeanNothing() {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            datagram.clear();
            link(NetlinkMessage.NEW_LINK, 0, 7, 1);
            int length = datagram.position();
            for (int i = 0; i < 4; i++) {
                datagram.put(random.nextInt(length), (byte) random.nextInt());
            }
            assertThatCode(this::readEverything).doesNotThrowAnyException();
        }
    }

    private void readEverything() {
        for (NetlinkMessage message : parse()) {
            message.error();
            LinkMessage link = LinkMessage.of(message);
            if (link != null) {
                link.state();
                link.statistics();
                link.isMove();
                if (link.isTun()) {
                    link.tunInterface(List.of());
                }
            }
            AddressMessage address = AddressMessage.of(message);
            if (address != null) {
                address.address();
            }
        }
    }
}
