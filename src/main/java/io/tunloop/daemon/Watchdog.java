// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The time after which systemd takes a service for dead that gives no sign of life.
 *
 * @param timeoutUs microseconds; 0 for no such time
 */
public record Watchdog(long timeoutUs) {
    /** Nobody waits for signs of life. */
    public static final Watchdog NONE = new Watchdog(0);

    private static final int SIGNS_PER_TIMEOUT = 3;
    private static final long MIN_INTERVAL_US = 1000;
    private static final long MAX_INTERVAL_US = TimeUnit.HOURS.toMicros(1);

    /**
     * What systemd has put into the environment of this process.
     *
     * Errors: IllegalArgumentException for something else than numbers.
     * Source: sd_watchdog_enabled(3), WATCHDOG_USEC and WATCHDOG_PID.
     */
    public static Watchdog of(Map<String, String> environment) {
        if (!environment.containsKey("WATCHDOG_USEC")) {
            return NONE;
        }
        long timeoutUs = number(environment, "WATCHDOG_USEC", "microseconds");
        // Inherited from a parent whose signs of life are not ours to give.
        boolean ours = !environment.containsKey("WATCHDOG_PID")
                || number(environment, "WATCHDOG_PID", "the process")
                        == ProcessHandle.current().pid();
        return ours ? new Watchdog(timeoutUs) : NONE;
    }

    private static long number(Map<String, String> environment, String name, String what) {
        String value = environment.get(name);
        try {
            long number = Long.parseLong(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The same message as for a number that is none of these.
        }
        throw new IllegalArgumentException(name + " must be a number above 0, of " + what + ": " + value
                + "; unset it where no systemd has set it");
    }

    /** How often to give a sign, in microseconds. */
    long intervalUs() {
        return Math.max(MIN_INTERVAL_US, Math.min(timeoutUs / SIGNS_PER_TIMEOUT, MAX_INTERVAL_US));
    }
}
