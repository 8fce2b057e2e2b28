// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tunloop.device.PacketRing;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@code doctor} says of a machine that is well, and of one that is not. */
@RequiresTun
class DoctorIT {
    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private String doctor(String prefix) {
        return namespace.sh(prefix + JavaProcess.commandLine(Main.class, "doctor"));
    }

    @Test
    void shouldFindAllThatForwardingNeedsAndLeaveNothingBehind() {
        assertThat(doctor("")).containsPattern("ok +CAP_NET_ADMIN +held").containsPattern("ok +engine epoll");
        assertThat(namespace.run("ip", "-o", "link").lines()).hasSize(1); // lo
    }

    @Test
    void shouldTellThatIoUringIsUsable() {
        assumeTrue(PacketRing.isAvailable(), "no io_uring here");
        assertThat(doctor("")).containsPattern("ok +io_uring +usable");
    }

    /** As a seccomp filter would. */
    @Test
    void shouldTellWhatItMeansThatIoUringIsForbidden() {
        Tools.require("strace");
        assumeTrue(PacketRing.isAvailable(), "no io_uring here");
        String strace = "strace -f -qq -o /dev/null -e trace=io_uring_setup -e inject=io_uring_setup:error=EPERM ";
        assertThat(doctor(strace))
                .containsPattern(
                        "optional +io_uring +EPERM; modes that read packet by packet make a system call for each")
                .contains("-> ");
    }
}
