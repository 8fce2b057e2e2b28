// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

/** The Internet checksum word by word, as RFC 1071 words it: what the fast one is compared with. */
public final class PlainChecksum {
    private PlainChecksum() {}

    /** The sum of big-endian words, not folded. */
    public static long sum(byte[] bytes, int index, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int value = bytes[index + i] & 0xff;
            sum += i % 2 == 0 ? value << 8 : value;
        }
        return sum;
    }

    public static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded >> 16) + (folded & 0xffff);
        }
        return (int) folded;
    }

    public static long pseudo(byte[] packet, int protocol, int transportBytes) {
        boolean v6 = packet[0] >> 4 == 6;
        return sum(packet, v6 ? 8 : 12, v6 ? 32 : 8) + protocol + transportBytes;
    }

    /** The sum of pseudo header and transport part: 0xffff if its checksum is valid. */
    public static int transport(byte[] packet, int offset, int protocol) {
        int bytes = packet.length - offset;
        return fold(pseudo(packet, protocol, bytes) + sum(packet, offset, bytes));
    }
}
