// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides for {@link RequiresTun}. */
final class TunCondition implements ExecutionCondition {
    static final String REQUIRE = "TUNLOOP_REQUIRE_TUN";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> obstacle = obstacle();
        if (obstacle.isEmpty()) {
            return ConditionEvaluationResult.enabled("TUN devices are available");
        }
        if (isRequired()) {
            throw new IllegalStateException(REQUIRE + " is set, but " + obstacle.get());
        }
        return ConditionEvaluationResult.disabled(obstacle.get());
    }

    /** True where nothing may be skipped. */
    static boolean isRequired() {
        return "1".equals(System.getProperty(REQUIRE, System.getenv(REQUIRE)));
    }

    private static Optional<String> obstacle() {
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return Optional.of("/dev/net/tun is missing");
        }
        try {
            return unprivileged(Files.readString(Path.of("/proc/self/status")));
        } catch (IOException cause) {
            return Optional.of("/proc/self/status cannot be read: " + cause);
        }
    }

    // CAP_NET_ADMIN is bit 12 (devices), CAP_SYS_ADMIN bit 21 (namespaces).
    private static Optional<String> unprivileged(String status) {
        String effective = status.lines()
                .filter(line -> line.startsWith("CapEff:"))
                .findFirst()
                .orElseThrow()
                .substring("CapEff:".length())
                .strip();
        long needed = 1L << 12 | 1L << 21;
        return (Long.parseUnsignedLong(effective, 16) & needed) == needed
                ? Optional.empty()
                : Optional.of("this process lacks CAP_NET_ADMIN or CAP_SYS_ADMIN");
    }
}
