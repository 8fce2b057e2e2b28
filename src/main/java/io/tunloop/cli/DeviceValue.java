// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The values of a device that are wrong by themselves, refused where picocli knows which option has them, so that the
 * message names the file and the line. The rules are the device's own.
 */
final class DeviceValue {
    private DeviceValue() {}

    private static <T> T checked(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException broken) {
            throw new TypeConversionException(broken.getMessage());
        }
    }

    private static TunDeviceConfig.Builder device() {
        return TunDeviceConfig.builder();
    }

    private static int integer(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException cause) {
            throw new TypeConversionException("'" + text + "' is not an int");
        }
    }

    /** Of TUN devices; what TAP devices have less of is known when all options are. */
    static final class Mtu implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            int bytes = integer(text);
            return checked(() -> device().mtuBytes(bytes).build().mtuBytes());
        }
    }

    /** Packets. */
    static final class TxQueueLength implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            int packets = integer(text);
            return checked(() -> device().txQueueLength(packets).build().txQueueLength());
        }
    }

    /** The name of an interface; empty as if it were not given. */
    static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            return checked(() -> device().name(text).build().name());
        }
    }

    /** An address, with or without its prefix length. */
    static final class Address implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            checked(() -> parse(text, 0));
            return text;
        }

        /** @param prefixLength of one that has none, bits */
        static InterfaceAddress parse(String text, int prefixLength) {
            return text.indexOf('/') >= 0 ? InterfaceAddress.parse(text) : InterfaceAddress.of(text, prefixLength);
        }
    }

    /** A network, perhaps with its gateway. */
    static final class Via implements ITypeConverter<Route> {
        @Override
        public Route convert(String text) {
            return checked(() -> Route.parse(text));
        }
    }
}
