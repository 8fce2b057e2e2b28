// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.nio.file.Path;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;
import org.tomlj.internal.TomlLexer;

/**
 * What a TOML file may be before it is parsed. The parser makes a tree of all that the file holds, at some hundreds of
 * bytes a token, and goes down into nested values by recursion; out of memory or stack, the process would end. Its own
 * lexer, which keeps nothing, counts beforehand.
 */
final class TomlBounds {
    /** What a hundred pairs take, and the heap of the launcher has room for: each letter of a string is a token. */
    static final int MAX_TOKENS = 16_384;

    /** A list in a table in a list is 3. */
    static final int MAX_DEPTH = 8;

    private TomlBounds() {}

    static void require(Path file, String text) throws ConfigException {
        var lexer = new TomlLexer(CharStreams.fromString(text));
        // The parser tells what is wrong.
        lexer.removeErrorListeners();
        int depth = 0;
        int tokens = 0;
        for (Token token = lexer.nextToken(); token.getType() != Token.EOF; token = lexer.nextToken()) {
            depth += step(token.getType());
            if (depth > MAX_DEPTH) {
                throw new ConfigException(file + ":" + token.getLine() + ": is nested deeper than " + MAX_DEPTH);
            }
            if (++tokens > MAX_TOKENS) {
                throw new ConfigException(file + ":" + token.getLine() + ": is more than the " + MAX_TOKENS
                        + " words, signs and letters of values that a configuration may have up to here");
            }
        }
    }

    private static int step(int type) {
        return switch (type) {
            case TomlLexer.ArrayStart, TomlLexer.InlineTableStart -> 1;
            case TomlLexer.ArrayEnd, TomlLexer.InlineTableEnd -> -1;
            default -> 0;
        };
    }
}
