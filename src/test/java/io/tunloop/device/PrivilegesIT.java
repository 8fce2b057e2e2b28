// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Rights are given up by all threads of a process, so each test has a process of its own. */
@RequiresTun
class PrivilegesIT {
    private static final String NONE = "0000000000000000";
    private static final String NO_CAPABILITIES =
            "CapInh: " + NONE + " CapPrm: " + NONE + " CapEff: " + NONE + " CapBnd: " + NONE + " CapAmb: " + NONE;

    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private String probe(String prefix, String... arguments) {
        return namespace.sh(prefix + JavaProcess.commandLine(PrivilegesProbe.class, arguments));
    }

    @RepeatedTest(3)
    void shouldDropEverythingInEveryThreadAsAnotherUser() {
        String output = probe("", "65534", "65533");
        assertThat(output).contains("opened tl1 with 1 kinds of rights");
        assertThat(output.lines().filter(line -> line.startsWith("threads")))
                .containsExactly("threads Uid: 65534 65534 65534 65534 Gid: 65533 65533 65533 65533 Groups: "
                        + NO_CAPABILITIES + " NoNewPrivs: 1");
        assertThat(output).contains("wrote 28", "counted 1", "refused: ");
    }

    @RepeatedTest(3)
    void shouldDropEverythingInEveryThreadAsTheSameUser() {
        String output = probe("setpriv --inh-caps +net_admin --ambient-caps +net_admin -- ");
        assertThat(output).contains("opened tl1 with 1 kinds of rights");
        assertThat(output.lines().filter(line -> line.startsWith("threads")))
                .singleElement()
                .asString()
                .contains("Uid: 0 0 0 0", NO_CAPABILITIES, "NoNewPrivs: 1");
        assertThat(output).contains("wrote 28", "counted 1", "refused: ioctl(TUNSETIFF) on tl1: EPERM");
    }

    @Test
    void shouldDropAsTheUserThatItIsWithoutAnyRights() {
        namespace.run("ip", "tuntap", "add", "tl0", "mode", "tun", "user", "root");
        namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "tl0");
        namespace.run("ip", "link", "set", "tl0", "up");
        String output = probe("setpriv --bounding-set=-all --inh-caps=-all -- ");
        assertThat(output).contains(NO_CAPABILITIES + " NoNewPrivs: 1", "wrote 28");
    }
}
