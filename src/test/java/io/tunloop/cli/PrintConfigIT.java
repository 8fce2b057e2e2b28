// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@code --print-config} says of offloads, and that it leaves nothing behind. */
@RequiresTun
class PrintConfigIT {
    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private String print(String prefix, String mode, String... more) {
        String forward = JavaProcess.commandLine(Main.class, "forward", "--print-config", "--mode", mode);
        return namespace.sh(prefix + forward + ' ' + String.join(" ", more));
    }

    @Test
    void shouldTellWhatTheKernelGrantsAndLeaveNothingBehind() {
        assertThat(print("", "async-gso", "--iface1 tun11 --iface2 tun22"))
                .contains("mode = \"async-gso\"", "# offloads granted to tun11: [CHECKSUM, TSO4, TSO6")
                .contains("# offloads granted to tun22: [CHECKSUM, TSO4, TSO6");
        assertThat(namespace.run("ip", "-o", "link").lines()).hasSize(1); // lo
    }

    @Test
    void shouldLookInTheNamespaceOfTheDevice() {
        assertThat(print("", "async-gso", "--iface1 tun11 --netns1 none --iface2 tun22"))
                .contains("# offloads granted to tun11: unknown (there is no such network namespace;")
                .contains("# offloads granted to tun22: [CHECKSUM, TSO4, TSO6");
    }

    @Test
    void shouldNotTouchDevicesThatExist() {
        namespace.run("ip", "tuntap", "add", "tun11", "mode", "tun");
        String before = namespace.run("ethtool", "-k", "tun11");
        assertThat(print("", "async-gso", "--iface1 tun11 --iface2 tun22")).contains("tun11: [CHECKSUM");
        assertThat(namespace.run("ethtool", "-k", "tun11")).isEqualTo(before);
    }

    @Test
    void shouldSayThatItMayNotAsk() {
        assertThat(print("setpriv --bounding-set=-all --inh-caps=-all -- ", "async-gso", "--iface1 a --iface2 b"))
                .contains("# offloads granted to a: unknown (needs CAP_NET_ADMIN;");
    }

    @Test
    void shouldSayThatTheModeWantsNoneAndThatOthersOpenTheDevice() {
        assertThat(print("", "async-normal", "--iface1 a --iface2 b"))
                .contains("# offloads granted to b: none, as the mode wants none");
        assertThat(print("", "async-gso", "--iface1 a --fd2 7"))
                .contains("# offloads granted to a device that is handed over: unknown (whoever opened it");
    }
}
