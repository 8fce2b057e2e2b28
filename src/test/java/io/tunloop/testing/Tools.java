// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The programs that tests call; scripts/setup.sh installs them. */
public final class Tools {
    private Tools() {}

    /**
     * Skips the test where a program is missing; as for {@link RequiresTun}, with TUNLOOP_REQUIRE_TUN=1 the test fails
     * instead.
     */
    public static void require(String... names) {
        for (String name : names) {
            if (find(name).isEmpty()) {
                String reason = name + " is not installed: run scripts/setup.sh as root";
                if (TunCondition.isRequired()) {
                    throw new AssertionError(TunCondition.REQUIRE + " is set, but " + reason);
                }
                Assumptions.abort(reason);
            }
        }
    }

    /** Where a program is that {@link #require} has found. */
    public static Path path(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException(name + " is not on the PATH"));
    }

    private static Optional<Path> find(String name) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
