// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time with its unit: {@code 500ms}, {@code 2s}, {@code 1m}, {@code 1h}. */
final class TimeConverter implements ITypeConverter<Duration> {
    /** Longer than anybody waits. */
    static final Duration MAX = Duration.ofHours(24);

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    @Override
    public Duration convert(String value) {
        Matcher matcher = TIME.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + value + "' is not a time with its unit, like 500ms, 2s or 1m");
        }
        Duration time = duration(Long.parseLong(matcher.group(1)), matcher.group(2));
        if (time.compareTo(MAX) > 0) {
            throw new TypeConversionException("'" + value + "' is longer than " + MAX.toHours() + "h");
        }
        return time;
    }

    private static Duration duration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }
}
