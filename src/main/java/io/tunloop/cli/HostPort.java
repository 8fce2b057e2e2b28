// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code HOST:PORT}, {@code [IPV6]:PORT}, or a port alone, which means the loopback address. */
final class HostPort implements ITypeConverter<InetSocketAddress> {
    private static final String RULE = " is not HOST:PORT, like 127.0.0.1:9464 or [::1]:9464";

    @Override
    public InetSocketAddress convert(String value) {
        int colon = value.lastIndexOf(':');
        String host = colon < 0 ? "" : value.substring(0, colon);
        return new InetSocketAddress(address(host, value), port(value.substring(colon + 1), value));
    }

    private static InetAddress address(String host, String value) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.indexOf(':') >= 0 && !bracketed) {
            throw new TypeConversionException(value + RULE);
        }
        try {
            return host.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
        } catch (UnknownHostException cause) {
            throw new TypeConversionException(value + RULE + ": the host is unknown");
        }
    }

    private static int port(String text, String value) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 0xffff) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // The same message as for a number that is no port.
        }
        throw new TypeConversionException(value + RULE + ": the port must be 0..65535");
    }
}
