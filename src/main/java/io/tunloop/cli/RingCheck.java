// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.netty.util.internal.SystemPropertyUtil;
import io.tunloop.device.PacketRing;
import io.tunloop.device.TunException;
import io.tunloop.internal.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether batches of packets go by io_uring here, and if not, who is against it. */
final class RingCheck {
    private static final String SUBJECT = "io_uring";
    private static final String EFFECT =
            "; modes that read packet by packet make a system call for each, and are slower";

    /** Since Linux 6.6. 0: for all; 1: for CAP_SYS_ADMIN and members of kernel.io_uring_group; 2: for nobody. */
    private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

    private RingCheck() {}

    static Finding run() {
        if (NativeLibrary.lack() != null) {
            return Finding.optional(SUBJECT, "not tried without the native library", "");
        }
        if (!SystemPropertyUtil.getBoolean("io.tunloop.ring", true)) {
            return Finding.optional(SUBJECT, "switched off" + EFFECT, "leave -Dio.tunloop.ring=false out");
        }
        TunException cause = PacketRing.unavailabilityCause();
        return cause == null
                ? Finding.ok(SUBJECT, "usable: modes that read packet by packet move a batch with one system call")
                : of(cause.errnoName(), disabled());
    }

    /** @param disabled the kernel's setting; 0 where it has none */
    static Finding of(String errno, int disabled) {
        String problem = errno + EFFECT;
        return switch (errno) {
            case "ENOSYS" ->
                Finding.optional(
                        SUBJECT,
                        problem,
                        "use Linux 5.6 or newer with CONFIG_IO_URING; in a container, allow it by seccomp");
            case "ENOMEM" -> Finding.optional(SUBJECT, problem, "raise the limit of locked memory (ulimit -l)");
            default -> Finding.optional(SUBJECT, problem, permission(disabled));
        };
    }

    private static String permission(int disabled) {
        return switch (disabled) {
            case 0 -> "let the container's or the service's seccomp filter allow io_uring_setup, _enter and _register";
            case 1 -> "sysctl kernel.io_uring_disabled is 1: join the group of kernel.io_uring_group, or set it to 0";
            default -> "sysctl kernel.io_uring_disabled is " + disabled + ": set it to 0";
        };
    }

    private static int disabled() {
        try {
            return Integer.parseInt(Files.readString(DISABLED).strip());
        } catch (IOException | NumberFormatException olderKernel) {
            return 0;
        }
    }
}
