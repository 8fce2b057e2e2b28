// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

/** A setting is wrong: who gave it, the rule that it breaks, what to write instead. One line, whatever was given. */
final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(OneLine.shortened(message));
    }
}
