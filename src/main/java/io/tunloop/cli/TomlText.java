// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tomlj.Toml;
import picocli.CommandLine.Model.OptionSpec;

/** Values as TOML. */
final class TomlText {
    private TomlText() {}

    static String of(List<String> values, OptionSpec option) {
        if (option.isMultiValue()) {
            return values.stream().map(TomlText::quote).collect(Collectors.joining(", ", "[", "]"));
        }
        String value = values.get(0);
        boolean bare = option.type() == int.class || option.type() == boolean.class;
        return bare ? value : quote(value);
    }

    /** A default value as a user would write it. */
    static String plain(Object value) {
        if (value instanceof Duration time) {
            return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
        }
        if (value instanceof InetSocketAddress address) {
            return address.getHostString() + ':' + address.getPort();
        }
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : value.toString();
    }

    private static String quote(String value) {
        return '"' + Toml.tomlEscape(value).toString() + '"';
    }
}
