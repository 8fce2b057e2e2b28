// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One message of rtnetlink.
 *
 * <pre>
 * 0        4      6       8     12    16
 * | length | type | flags | seq | pid | fixed part of the type | attribute | attribute | ...
 *
 * attribute   | length 2 B | type 2 B | value | padding to 4 B |
 * </pre>
 * Units: host byte order; addresses in network order.
 * Source: linux/netlink.h, struct nlmsghdr and nlattr; linux/rtnetlink.h.
 */
final class NetlinkMessage {
    static final int ERROR = 2;
    static final int DONE = 3;
    static final int NEW_LINK = 16;
    static final int DELETE_LINK = 17;
    static final int NEW_ADDRESS = 20;
    static final int DELETE_ADDRESS = 21;

    private static final int HEADER_BYTES = 16;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int FLAG_MULTI = 2;
    private static final int ATTRIBUTE_HEADER_BYTES = 4;
    /** NLA_TYPE_MASK: the two highest bits of an attribute's type are flags. */
    private static final int ATTRIBUTE_TYPE_MASK = 0x3fff;

    private final int type;
    private final boolean partOfDump;
    private final ByteBuffer body;

    private NetlinkMessage(int type, int flags, ByteBuffer body) {
        this.type = type;
        partOfDump = (flags & FLAG_MULTI) != 0;
        this.body = body;
    }

    /** The messages of a datagram, complete ones only. */
    static List<NetlinkMessage> parse(byte[] datagram, int lengthBytes) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram, 0, lengthBytes).order(ByteOrder.nativeOrder());
        var messages = new ArrayList<NetlinkMessage>();
        int start = 0;
        while (start + HEADER_BYTES <= lengthBytes) {
            int length = buffer.getInt(start);
            if (length < HEADER_BYTES || length > lengthBytes - start) {
                break;
            }
            ByteBuffer body = slice(buffer, start + HEADER_BYTES, length - HEADER_BYTES);
            int type = Short.toUnsignedInt(buffer.getShort(start + TYPE_OFFSET));
            messages.add(new NetlinkMessage(type, buffer.getShort(start + FLAGS_OFFSET), body));
            start += align(length);
        }
        return messages;
    }

    int type() {
        return type;
    }

    /** True for one of the answers to a question about all, false for news. */
    boolean isPartOfDump() {
        return partOfDump;
    }

    /** The bytes behind the header. */
    ByteBuffer body() {
        return body;
    }

    /** The error number of an ERROR message, negative; 0 acknowledges. */
    int error() {
        return body.remaining() >= Integer.BYTES ? body.getInt(0) : -Errno.EPROTO;
    }

    /** The value of an attribute, behind a fixed part of this many bytes; null if there is none. */
    ByteBuffer attribute(int fixedBytes, int wanted) {
        return attribute(body, fixedBytes, wanted);
    }

    /** The value of an attribute among those that begin at an offset; null if there is none. */
    static ByteBuffer attribute(ByteBuffer attributes, int offset, int wanted) {
        int start = offset;
        while (start + ATTRIBUTE_HEADER_BYTES <= attributes.limit()) {
            int length = Short.toUnsignedInt(attributes.getShort(start));
            if (length < ATTRIBUTE_HEADER_BYTES || length > attributes.limit() - start) {
                return null;
            }
            int found = attributes.getShort(start + Short.BYTES) & ATTRIBUTE_TYPE_MASK;
            if (found == wanted) {
                return slice(attributes, start + ATTRIBUTE_HEADER_BYTES, length - ATTRIBUTE_HEADER_BYTES);
            }
            start += align(length);
        }
        return null;
    }

    static int intOf(ByteBuffer value, int otherwise) {
        return value != null && value.remaining() >= Integer.BYTES ? value.getInt(0) : otherwise;
    }

    static int byteOf(ByteBuffer value) {
        return value != null && value.hasRemaining() ? Byte.toUnsignedInt(value.get(0)) : 0;
    }

    /** A string that ends with a zero. */
    static String stringOf(ByteBuffer value) {
        if (value == null) {
            return "";
        }
        String text = StandardCharsets.UTF_8.decode(value.duplicate()).toString();
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private static ByteBuffer slice(ByteBuffer buffer, int index, int length) {
        return buffer.slice(index, length).order(ByteOrder.nativeOrder());
    }

    private static int align(int length) {
        return length + 3 & ~3;
    }
}
