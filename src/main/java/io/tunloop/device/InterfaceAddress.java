// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address of an interface, with the length of the prefix that its neighbours share.
 *
 * @param prefixLength bits, 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record InterfaceAddress(InetAddress address, int prefixLength) {
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F.:]+");

    /** Checks the prefix length. */
    public InterfaceAddress {
        int bits = address.getAddress().length * Byte.SIZE;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(
                    "prefix length of " + address.getHostAddress() + " must be 0.." + bits + ": " + prefixLength);
        }
    }

    /** Parses a literal with its prefix length, like {@code 10.0.1.1/24} or {@code fd00::1/64}. Never asks the DNS. */
    public static InterfaceAddress parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("address needs a prefix length, like 10.0.1.1/24: " + text);
        }
        return of(text.substring(0, slash), parsePrefix(text, slash + 1));
    }

    /** An address literal and its prefix length. Never asks the DNS. */
    public static InterfaceAddress of(String literal, int prefixLength) {
        try {
            return new InterfaceAddress(parseLiteral(literal), prefixLength);
        } catch (UnknownHostException cause) {
            throw notAnAddress(literal, cause);
        }
    }

    // InetAddress asks the DNS about everything that is not a literal, and takes "10.1" for one.
    private static InetAddress parseLiteral(String literal) throws UnknownHostException {
        if (IPV4.matcher(literal).matches() || IPV6.matcher(literal).matches()) {
            return InetAddress.getByName(literal);
        }
        throw notAnAddress(literal, null);
    }

    private static IllegalArgumentException notAnAddress(String literal, Throwable cause) {
        return new IllegalArgumentException("not an IPv4 or IPv6 address: " + literal, cause);
    }

    private static int parsePrefix(String text, int from) {
        try {
            return Integer.parseInt(text, from, text.length(), 10);
        } catch (NumberFormatException cause) {
            throw new IllegalArgumentException("prefix length is not a number: " + text, cause);
        }
    }

    boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return address.getHostAddress() + '/' + prefixLength;
    }
}
