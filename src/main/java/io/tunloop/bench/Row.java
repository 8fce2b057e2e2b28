// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.util.List;

/**
 * One line of the table, before it is measured.
 *
 * @param command what is started, without the arguments for devices and addresses; empty for the baseline
 * @param channel whether packets pass through a queue on their way
 */
record Row(String label, Kind kind, List<String> command, boolean channel) {
    /** JSON has these in lower case. */
    enum Kind {
        MODE,
        PEER,
        LIMIT,
        BASELINE
    }
}
