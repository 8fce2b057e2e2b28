// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

/** Why a row could not be measured, in one line for the table and the report. */
final class BenchException extends Exception {
    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
