// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A message about a link: {@code struct ifinfomsg} and its attributes.
 *
 * <pre>
 * 0        1     2      4       8       12       16
 * | family | pad | type | index | flags | change | attributes IFLA_* ...
 * </pre>
 * Source: linux/rtnetlink.h; linux/if_link.h; drivers/net/tun.c, tun_fill_info.
 */
final class LinkMessage {
    private static final int FIXED_BYTES = 16;
    private static final int AF_UNSPEC = 0;
    private static final int INDEX_OFFSET = 4;
    private static final int FLAGS_OFFSET = 8;

    private static final int FLAG_UP = 1;
    private static final int FLAG_LOWER_UP = 1 << 16;

    private static final int NAME = 3;
    private static final int MTU = 4;
    private static final int TX_QUEUE_LENGTH = 13;
    private static final int INFO = 18;
    private static final int STATISTICS = 23;
    private static final int NEW_NAMESPACE = 45;

    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;

    private static final int TUN_OWNER = 1;
    private static final int TUN_GROUP = 2;
    private static final int TUN_TYPE = 3;
    private static final int TUN_VNET_HEADER = 5;
    private static final int TUN_PERSIST = 6;
    private static final int TUN_MULTI_QUEUE = 7;
    private static final int TUN_QUEUES = 8;
    private static final int TYPE_TAP = 2;

    private final NetlinkMessage message;

    private LinkMessage(NetlinkMessage message) {
        this.message = message;
    }

    /** Null if it is not one: a bridge tells of its ports in messages of the same type, but of another family. */
    static LinkMessage of(NetlinkMessage message) {
        ByteBuffer body = message.body();
        return body.remaining() >= FIXED_BYTES && body.get(0) == AF_UNSPEC ? new LinkMessage(message) : null;
    }

    int index() {
        return message.body().getInt(INDEX_OFFSET);
    }

    LinkState state() {
        int flags = message.body().getInt(FLAGS_OFFSET);
        return new LinkState(
                index(),
                NetlinkMessage.stringOf(attribute(NAME)),
                (flags & FLAG_UP) != 0,
                (flags & FLAG_LOWER_UP) != 0,
                NetlinkMessage.intOf(attribute(MTU), 0),
                NetlinkMessage.intOf(attribute(TX_QUEUE_LENGTH), 0));
    }

    /** True if a deletion is a move to another network namespace. */
    boolean isMove() {
        return attribute(NEW_NAMESPACE) != null;
    }

    /** The counters; all zero if the kernel sent none. */
    LinkStatistics statistics() {
        ByteBuffer counters = attribute(STATISTICS);
        if (counters == null || counters.remaining() < 8 * Long.BYTES) {
            return new LinkStatistics(0, 0, 0, 0, 0, 0, 0, 0);
        }
        return new LinkStatistics(
                counters.getLong(0),
                counters.getLong(2 * Long.BYTES),
                counters.getLong(4 * Long.BYTES),
                counters.getLong(6 * Long.BYTES),
                counters.getLong(Long.BYTES),
                counters.getLong(3 * Long.BYTES),
                counters.getLong(5 * Long.BYTES),
                counters.getLong(7 * Long.BYTES));
    }

    /** True for a device of the TUN driver, TUN or TAP. */
    boolean isTun() {
        ByteBuffer info = attribute(INFO);
        return info != null
                && NetlinkMessage.stringOf(NetlinkMessage.attribute(info, 0, INFO_KIND))
                        .equals("tun");
    }

    /** {@link #isTun} is true. */
    TunInterface tunInterface(List<InterfaceAddress> addresses) {
        return new TunInterface(
                state(),
                statistics(),
                addresses,
                tunByte(TUN_TYPE) == TYPE_TAP,
                tunByte(TUN_PERSIST) != 0,
                NetlinkMessage.intOf(tun(TUN_OWNER), -1),
                NetlinkMessage.intOf(tun(TUN_GROUP), -1),
                tunByte(TUN_VNET_HEADER) != 0,
                tunByte(TUN_MULTI_QUEUE) != 0,
                queues());
    }

    // The kernel tells the number of multi-queue devices only; a carrier says whether a single queue is open.
    private int queues() {
        int otherwise = state().carrier() ? 1 : 0;
        return NetlinkMessage.intOf(tun(TUN_QUEUES), otherwise);
    }

    private int tunByte(int type) {
        return NetlinkMessage.byteOf(tun(type));
    }

    private ByteBuffer tun(int type) {
        ByteBuffer data = NetlinkMessage.attribute(attribute(INFO), 0, INFO_DATA);
        return data == null ? null : NetlinkMessage.attribute(data, 0, type);
    }

    private ByteBuffer attribute(int type) {
        return message.attribute(FIXED_BYTES, type);
    }
}
