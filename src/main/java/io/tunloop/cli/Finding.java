// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

/**
 * What a check has found.
 *
 * @param remedy what to do about it; empty when there is nothing to do
 */
record Finding(Verdict verdict, String subject, String detail, String remedy) {
    enum Verdict {
        /** As it should be. */
        OK("ok"),
        /** Forwarding works without it. */
        OPTIONAL("optional"),
        /** Forwarding does not work without it. */
        MISSING("MISSING");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    static Finding ok(String subject, String detail) {
        return new Finding(Verdict.OK, subject, detail, "");
    }

    static Finding missing(String subject, String detail, String remedy) {
        return new Finding(Verdict.MISSING, subject, detail, remedy);
    }

    static Finding optional(String subject, String detail, String remedy) {
        return new Finding(Verdict.OPTIONAL, subject, detail, remedy);
    }
}
