// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The text of a configuration file, of a size that a daemon with a small heap can take whenever SIGHUP comes.
 *
 * Errors: {@link ConfigException} for anything but a regular file of UTF-8, with or without a byte order mark. Other
 * files are not even opened: a fifo would wait for a writer.
 */
final class ConfigText {
    static final int MAX_BYTES = 1 << 20;

    /** As long as a list of hundreds of addresses. */
    static final int MAX_LINE_CHARS = 8192;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private ConfigText() {}

    static String read(Path file) throws ConfigException {
        String text = decode(file, bytes(file));
        requireShortLines(file, text);
        return text;
    }

    private static byte[] bytes(Path file) throws ConfigException {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw unreadable(file, "it is not a regular file");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw unreadable(file, "it is larger than " + MAX_BYTES + " bytes");
                }
                return bytes;
            }
        } catch (NoSuchFileException cause) {
            throw unreadable(file, "there is no such file");
        } catch (AccessDeniedException cause) {
            throw unreadable(file, "access is denied");
        } catch (IOException cause) {
            throw unreadable(file, String.valueOf(cause.getMessage()));
        }
    }

    private static ConfigException unreadable(Path file, String reason) {
        return new ConfigException(file + " cannot be read: " + reason);
    }

    private static String decode(Path file, byte[] bytes) throws ConfigException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(in, out, true);
        out.flip();
        if (result.isError()) {
            throw new ConfigException(file + ":" + (lines(out) + 1) + ": is not UTF-8: save it as such");
        }
        // An editor's habit, which TOML does not know.
        boolean marked = out.hasRemaining() && out.get(0) == BYTE_ORDER_MARK;
        return out.subSequence(marked ? 1 : 0, out.length()).toString();
    }

    private static long lines(CharBuffer text) {
        return text.chars().filter(c -> c == '\n').count();
    }

    private static void requireShortLines(Path file, String text) throws ConfigException {
        int line = 1;
        int begin = 0;
        for (int end = text.indexOf('\n'); begin < text.length(); end = text.indexOf('\n', begin)) {
            int length = (end < 0 ? text.length() : end) - begin;
            if (length > MAX_LINE_CHARS) {
                throw new ConfigException(
                        file + ":" + line + ": is longer than " + MAX_LINE_CHARS + " characters: " + length);
            }
            begin += length + 1;
            line++;
        }
    }
}
