// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
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
            if (!isOnPath(name)) {
                String reason = name + " is not installed: run scripts/setup.sh as root";
                if (TunCondition.isRequired()) {
                    throw new AssertionError(TunCondition.REQUIRE + " is set, but " + reason);
                }
                Assumptions.abort(reason);
            }
        }
    }

    private static boolean isOnPath(String name) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }
}
