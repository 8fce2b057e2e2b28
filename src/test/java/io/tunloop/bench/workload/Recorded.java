// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Outputs of other programs, as recorded; long ones with fewer streams than there were. */
final class Recorded {
    private Recorded() {}

    static String output(String name) {
        try (InputStream in = Recorded.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
