// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.util.List;

/**
 * The value of an option as text, and who gave it.
 *
 * @param values one, or several for an option that takes a list
 * @param origin for messages: "the command line", "TUNLOOP_MTU", "tunloop.toml:7"
 */
record Setting(List<String> values, String origin) {}
