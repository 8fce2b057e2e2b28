// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

/** Why a row could not be measured, in one line for the table and the report. */
public final class BenchException extends Exception {
    private final String errorOutput;

    public BenchException(String message) {
        this(message, "");
    }

    public BenchException(String message, Throwable cause) {
        super(message, cause);
        errorOutput = "";
    }

    /** @param errorOutput all that the process to blame wrote to its standard error */
    public BenchException(String message, String errorOutput) {
        super(message);
        this.errorOutput = errorOutput;
    }

    /** All that the process to blame wrote to its standard error; "" when it is none, or wrote nothing. */
    public String errorOutput() {
        return errorOutput;
    }
}
