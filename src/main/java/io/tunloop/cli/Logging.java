// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;

/**
 * The log of the process, on stderr: one line for each event, as text or as JSON.
 *
 * <p>A configuration of the user's own, {@code -Dlogback.configurationFile}, wins over all of this.
 */
final class Logging {
    private static final String TEXT_PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n";

    private Logging() {}

    /** What a line looks like. */
    enum Format {
        TEXT,
        JSON
    }

    /** The least important event that is logged. */
    enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** May be called again, to change the level or the format of a process that runs. */
    static void configure(Format format, Level level) {
        if (System.getProperty("logback.configurationFile") != null) {
            return;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, format));
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(ch.qos.logback.classic.Level.toLevel(level.name()));
        root.addAppender(appender);
        // Why a native library does not load is in the error, with the remedy.
        context.getLogger("io.netty.util.internal.NativeLibraryLoader").setLevel(ch.qos.logback.classic.Level.WARN);
        // Netty looks for a loopback address at its start and complains where a network namespace has none.
        context.getLogger("io.netty.util.NetUtilInitializations").setLevel(ch.qos.logback.classic.Level.ERROR);
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, Format format) {
        if (format == Format.JSON) {
            var json = new JsonEncoder();
            json.setContext(context);
            json.setWithArguments(false);
            json.setWithFormattedMessage(true);
            json.setWithMessage(false);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.start();
            return json;
        }
        var text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern(TEXT_PATTERN);
        text.start();
        return text;
    }
}
